"""A Runstead server of its own: started on a free port with a fresh data folder, killed and restarted at will."""

import contextlib
import os
import re
import secrets
import socket
import sqlite3
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .api import Api
from .databases import fresh_url
from .versions import ROOT


def binary() -> str:
    """The server under test: RUNSTEAD_BIN, else the debug build."""
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    return os.environ.get("RUNSTEAD_BIN", f"{target}/debug/runstead")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class User:
    """A user (or service account) with a key."""

    name: str
    key: str
    api: Api


class Server:
    """A server process and its data; `kill` and `start` may follow each other."""

    def __init__(
        self,
        folder: Path,
        database: str = "sqlite",
        prefix: str = "",
        options: tuple[str, ...] = (),
        storage: str | None = None,
    ):
        self.folder = folder
        self.storage = storage
        self.database = database
        self.data = folder / "data"
        self.database_url = fresh_url(database)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{prefix}"
        self.options = [*options, *(["--base-url", self.url] if prefix else [])]
        self.log = folder / "server.log"
        self.process: subprocess.Popen | None = None
        self.ready = threading.Event()
        self.admin: User | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's environment but what a process needs to run."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "RUST_BACKTRACE": "1", "TZ": "UTC"}
        if self.storage:
            environment |= {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        environment["RUNSTEAD_HEARTBEAT_TIMEOUT"] = os.environ.get("RUNSTEAD_HEARTBEAT_TIMEOUT", "10s")
        return environment

    def where(self) -> list[str]:
        """The flags that name the data."""
        database = ["--database-url", self.database_url] if self.database_url else []
        storage = ["--storage-url", self.storage] if self.storage else []
        return ["--data-dir", str(self.data), *database, *storage]

    def start(self, timeout: float = 30) -> "Server":
        """Starts the process and returns when it listens."""
        self.ready.clear()
        command = [binary(), "serve", "--listen", f"127.0.0.1:{self.port}", *self.where(), *self.options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=subprocess.STDOUT, env=self.environment())
        threading.Thread(target=self._follow, args=(self.process,), daemon=True).start()
        deadline = time.monotonic() + timeout
        while not self.ready.wait(0.02):
            code = self.process.poll()
            assert code is None, f"the server ended with {code}:\n{self.output()}"
            assert time.monotonic() < deadline, f"the server does not listen after {timeout} s:\n{self.output()}"
        return self

    def _follow(self, process: subprocess.Popen) -> None:
        """Copies the output into the log and watches for the line that says it is ready."""
        with self.log.open("ab") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if b"listening on" in line and process is self.process:
                    self.ready.set()

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def peak(self) -> float:
        """The most memory that the process has taken, in MiB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self, timeout: float = 20) -> int:
        """The polite way; returns the exit code."""
        if not self.alive():
            return self.process.returncode if self.process else 0
        self.process.terminate()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def cli(self, *words: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Runs `runstead WORDS…` on the data of this server."""
        command = [binary(), *words, *self.where()]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=self.environment(), timeout=60)
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.stderr}"
        return done

    def sql(self, text: str) -> list:
        """Asks the database, or changes it, behind the server's back."""
        if self.database_url:
            psql = os.environ.get("RUNSTEAD_TEST_PSQL", "psql")
            command = [psql, self.database_url, "-qAtc", text]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
        with contextlib.closing(sqlite3.connect(self.data / "runstead.db", timeout=30)) as database:
            found = database.execute(text).fetchall()
            database.commit()
            return found

    def collected(self, timeout: float = 90) -> None:
        """As if all the time had passed that it waits: drafts go, then the bytes that nothing names any more."""
        deadline = time.monotonic() + timeout
        while True:
            self.sql("UPDATE artifact SET updated_at = 0 WHERE state = 'PENDING'")
            self.sql("UPDATE job SET due_at = 0 WHERE kind IN ('discard', 'expire', 'collect')")
            time.sleep(1)
            pending = self.sql("SELECT id FROM artifact WHERE state = 'PENDING'")
            told = self.cli("verify").stdout.strip()
            if not pending and told.endswith("belong to nothing: 0"):
                return
            assert time.monotonic() < deadline, (pending, told)

    def user(self, name: str | None = None, *flags: str) -> User:
        """A new user with a key; a name of its own when none is given."""
        name = name or f"ada-{secrets.token_hex(4)}"
        words = ["user", "create", name, "--password-stdin", "--print-api-key", *flags]
        key = self.cli(*words, stdin=secrets.token_urlsafe(18)).stdout.strip()
        assert re.fullmatch(r"\S{40,}", key), f"not one key alone on stdout: {key!r}"
        return User(name, key, Api(self.url, key))

    def team(self, admin: User, name: str | None = None, **roles: User) -> str:
        """A new team; further members by role: `team(admin, viewer=bob)`."""
        name = name or f"team-{secrets.token_hex(4)}"
        self.cli("team", "create", name, "--admin", admin.name)
        for role, user in roles.items():
            self.cli("team", "add", name, user.name, "--role", role)
        return name
