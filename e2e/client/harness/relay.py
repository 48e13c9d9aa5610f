"""A relay between a client and a server that lets something happen at one step of the client's conversation."""

import http.client
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

# In JSON a tab may stand before the name: no word boundary.
MUTATION = re.compile(rb"(createArtifact|createArtifactFiles|createArtifactManifest|commitArtifact)\s*\(")


class Relay(ThreadingHTTPServer):
    """Passes every request on to `target`; at the one armed for it calls `action` and hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.target = ""
        self.hit = threading.Event()
        self.lock = threading.Lock()
        self.step: tuple[str, str] | None = None
        self.action: Callable[[], None] = lambda: None
        self.left = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def arm(self, step: str, moment: str, nth: int, action: Callable[[], None]) -> None:
        """At the `nth` request of this step, `before` it is sent, `amid` its body, or `after` the server's answer."""
        self.hit.clear()
        with self.lock:
            self.step, self.left, self.action = (step, moment), nth, action

    def moment(self, step: str) -> str | None:
        """When something happens to this request."""
        with self.lock:
            if self.step is None or self.step[0] != step:
                return None
            self.left -= 1
            if self.left > 0:
                return None
            moment, self.step = self.step[1], None
            return moment

    def happens(self) -> None:
        self.action()
        self.hit.set()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed has hung up."""


class Handler(BaseHTTPRequestHandler):
    """One request after the other of one connection."""

    protocol_version = "HTTP/1.1"
    server: Relay

    def pass_on(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            # Killed amid another request than the armed one: the server must not wait for the rest.
            self.close_connection = True
            return None
        named = MUTATION.search(body) if self.path.endswith("/graphql") else None
        step = named.group(1).decode() if named else self.command
        moment = self.server.moment(step)
        if moment == "before":
            return self.hang_up()
        target = http.client.HTTPConnection(urlsplit(self.server.target).netloc, timeout=60)
        target.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            target.putheader(name, value)
        target.endheaders(body[: len(body) // 2] if moment == "amid" else body)
        if moment == "amid":
            target.close()
            return self.hang_up()
        answer = target.getresponse()
        content = answer.read()
        if moment == "after":
            return self.hang_up()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return None

    def hang_up(self) -> None:
        self.server.happens()
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = do_OPTIONS = pass_on

    def log_message(self, format: str, *args: object) -> None:
        """Not a word."""
