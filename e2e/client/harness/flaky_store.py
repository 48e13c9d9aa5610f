"""A real S3 server behind a proxy that fails as stores do, when a test says so."""

import http.client
import os
import random
import socket
import struct
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

#: Answers that stores give when they are in trouble: status and code.
ANSWERS = {"error": (500, "InternalError"), "away": (503, "ServiceUnavailable"), "slow": (503, "SlowDown")}
#: `cut`: the connection ends before the store has got the request; `lost`: it did it, and the answer never comes;
#: `short`: half of the answer; `hang`: nothing for longer than anybody waits.
FAULTS = (*ANSWERS, "cut", "lost", "short", "hang")
# Only when asked for by name, `wrong`: another byte at the end of an object.


class FlakyStore:
    """Listens on a port of its own; `fail` says what goes wrong."""

    def __init__(self, hang: float = 3):
        upstream = urllib.parse.urlsplit(os.environ["RUNSTEAD_TEST_S3_ENDPOINT"])
        self.upstream = (upstream.hostname, upstream.port)
        self.hang = hang
        self.lock = threading.Lock()
        self.random = random.Random(7)
        self.faults: tuple[str, ...] = ()
        self.share = 0.0
        self.methods: tuple[str, ...] = ()
        #: How often each fault happened, by method and fault.
        self.happened: dict[tuple[str, str], int] = {}
        store = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except OSError:
                    self.close_connection = True

            def log_message(self, *_):
                pass

            def do(self):
                store.answer(self)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def fail(self, share: float, *faults: str, methods: tuple[str, ...] = ()) -> None:
        """From now on this share of requests (with these methods alone) meets one of these faults."""
        with self.lock:
            self.share, self.faults, self.methods = share, faults or FAULTS, methods

    def heal(self) -> None:
        self.fail(0)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def draw(self, method: str) -> str | None:
        with self.lock:
            if self.random.random() >= self.share or (self.methods and method not in self.methods):
                return None
            fault = self.random.choice(self.faults)
            if fault == "short" and method != "GET":
                fault = "lost"
            self.happened[method, fault] = self.happened.get((method, fault), 0) + 1
            return fault

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        fault = self.draw(request.command)
        if fault in ANSWERS:
            status, code = ANSWERS[fault]
            self.send(request, status, [], f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())
            return
        if fault == "hang":
            time.sleep(self.hang)
        if fault in ("cut", "hang"):
            self.reset(request)
            return
        upstream = http.client.HTTPConnection(*self.upstream, timeout=60)
        upstream.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            upstream.putheader(name, value)
        upstream.endheaders(body)
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fault == "lost":
            self.reset(request)
            return
        if fault == "wrong" and content and "list-type=" not in request.path:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send(request, answer.status, answer.getheaders(), content, short=fault == "short")

    def send(self, request, status, headers, content: bytes, short: bool = False) -> None:
        request.send_response_only(status)
        skipped = {"connection", "transfer-encoding"} | ({"content-length"} if request.command != "HEAD" else set())
        for name, value in headers:
            if name.lower() not in skipped:
                request.send_header(name, value)
        if request.command != "HEAD":
            request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        if request.command == "HEAD":
            return
        request.wfile.write(content[: len(content) // 2] if short else content)
        if short:
            self.reset(request)

    def reset(self, request) -> None:
        """Ends the connection as a crash does."""
        request.close_connection = True
        request.wfile.flush()
        linger = struct.pack("ii", 1, 0)
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.connection.close()
