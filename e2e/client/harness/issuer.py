"""An issuer of identity tokens: a web server with its description and its key, which signs whatever it is asked to."""

import base64
import hashlib
import http.server
import json
import secrets
import threading
import time
from functools import cache
from typing import Any

# What a SHA-256 digest begins with in a signature (PKCS #1 v1.5).
DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


class Issuer:
    """Runs in the test's own process."""

    def __init__(self) -> None:
        self.modulus, self.exponent = rsa_key()
        self.web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.web.server_port}"
        threading.Thread(target=self.web.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.web.shutdown()
        self.web.server_close()

    def handler(self) -> type:
        """Answers with the pages of this issuer."""
        pages = self.pages

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = pages().get(self.path)
                body = json.dumps(page).encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words: Any) -> None:
                """Says nothing."""

        return Handler

    def pages(self) -> dict[str, Any]:
        key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "key-1", "e": encode(number(65537))}
        return {
            "/.well-known/openid-configuration": {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"},
            "/jwks": {"keys": [key | {"n": encode(number(self.modulus))}]},
        }

    def sign(self, seconds: int = 600, **claims: Any) -> str:
        """A token with these claims, good for so long; issued long ago when `seconds` is negative."""
        now = int(time.time())
        everything = {"iss": self.url, "iat": now - 3600, "exp": now + seconds, **claims}
        parts = {"alg": "RS256", "typ": "JWT", "kid": "key-1"}, everything
        text = ".".join(encode(json.dumps(part).encode()) for part in parts)
        size = (self.modulus.bit_length() + 7) // 8
        digest = DIGEST_INFO + hashlib.sha256(text.encode()).digest()
        padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
        signature = pow(int.from_bytes(padded, "big"), self.exponent, self.modulus).to_bytes(size, "big")
        return f"{text}.{encode(signature)}"


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


@cache
def rsa_key(bits: int = 2048) -> tuple[int, int]:
    """Modulus and private exponent of a new key for tests."""
    while True:
        p, q = prime(bits // 2), prime(bits // 2)
        if p != q and (p - 1) % 65537 and (q - 1) % 65537:
            return p * q, pow(65537, -1, (p - 1) * (q - 1))


def prime(bits: int) -> int:
    """A number that is prime but for a chance below 4⁻²⁰ (Miller and Rabin)."""
    while True:
        candidate = secrets.randbits(bits) | 3 << (bits - 2) | 1
        if all(candidate % small for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)) and passes(candidate, 20):
            return candidate


def passes(candidate: int, rounds: int) -> bool:
    odd, twos = candidate - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(rounds):
        x = pow(2 + secrets.randbelow(candidate - 3), odd, candidate)
        if x in (1, candidate - 1):
            continue
        for _ in range(twos - 1):
            x = pow(x, 2, candidate)
            if x == candidate - 1:
                break
        else:
            return False
    return True
