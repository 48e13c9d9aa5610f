"""Training scripts, run in a subprocess by one client version as its user would run them."""

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .api import Run
from .server import Server, User
from .versions import Client

SCRIPTS = Path(__file__).resolve().parents[1] / "scripts"


@dataclass
class Outcome:
    """What a script left behind: exit code, terminal, and results it printed as `RESULT {json}`."""

    code: int
    output: str
    seconds: float

    @property
    def result(self) -> Any:
        lines = re.findall(r"^RESULT (.*)$", self.output, re.MULTILINE)
        assert lines, f"the script printed no result:\n{self.output}"
        return json.loads(lines[-1])

    def succeeded(self) -> "Outcome":
        assert self.code == 0, f"exit code {self.code}:\n{self.output}"
        return self


@dataclass
class Trainer:
    """A user at a machine: one client version, a home of its own, a working folder, a key for one server."""

    client: Client
    server: Server
    user: User
    folder: Path
    project: str = "vision"
    entity: str | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.home = self.folder / "home"
        self.work = self.folder / "work"
        self.home.mkdir(parents=True, exist_ok=True)
        self.work.mkdir(parents=True, exist_ok=True)

    def environment(self, **extra: str | None) -> dict[str, str]:
        """A clean environment: what is None in `extra` is left out."""
        base = {
            "PATH": f"{self.client.folder}/bin:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "TMPDIR": tempfile.gettempdir(),
            "PYTHONUNBUFFERED": "1",
            "NO_PROXY": "127.0.0.1",
            "WANDB_BASE_URL": self.server.url,
            "WANDB_API_KEY": self.user.key,
            "WANDB_PROJECT": self.project,
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_DISABLE_GIT": "true",
            "WANDB_INIT_TIMEOUT": "60",
            "GIT_PYTHON_REFRESH": "quiet",
            "PYTHONWARNINGS": "ignore",
        }
        if self.entity:
            base["WANDB_ENTITY"] = self.entity
        merged = base | self.extra | extra
        return {name: value for name, value in merged.items() if value is not None}

    def start(self, script: str, run: str | None = None, params: Any = None, **extra: str | None) -> subprocess.Popen:
        """Starts `scripts/NAME.py` and does not wait. `run` is the run's id, `params` what the script reads."""
        environment = self.environment(PARAMS=json.dumps(params or {}), **extra)
        if run:
            environment["WANDB_RUN_ID"] = run
        command = [self.client.python, str(SCRIPTS / f"{script}.py")]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=self.work, env=environment, stdin=subprocess.DEVNULL, stdout=pipe, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=heed_interrupts,
        )  # fmt: skip

    def train(self, script: str, run: str | None = None, params: Any = None, **extra: str | None) -> Outcome:
        """Runs a script to its end."""
        start = time.monotonic()
        return wait(self.start(script, run, params, **extra), start)

    def wandb(self, *words: str, stdin: str | None = None, **extra: str | None) -> Outcome:
        """Runs the client's command line."""
        start = time.monotonic()
        done = subprocess.run(
            [self.client.wandb, *words], cwd=self.work, env=self.environment(**extra), input=stdin or "",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180,
        )  # fmt: skip
        return Outcome(done.returncode, done.stdout, time.monotonic() - start)

    def seen(self, run: str, entity: str | None = None, project: str | None = None) -> Run:
        """What the server has of a run."""
        return self.user.api.run(entity or self.entity or self.user.name, project or self.project, run)

    def seen_when(self, run: str, ready: Any, timeout: float = 30) -> Run:
        """What the server has of a run as soon as `ready(run)` is true."""
        deadline = time.monotonic() + timeout
        while True:
            owner = self.entity or self.user.name
            found = self.user.api.find_run(owner, self.project, run)
            if found is not None and ready(found):
                return found
            assert time.monotonic() < deadline, f"not so after {timeout} s: {found and found.raw}"
            time.sleep(0.2)


def wait(process: subprocess.Popen, start: float | None = None, timeout: float = 150) -> Outcome:
    """The outcome of a started script."""
    start = start or time.monotonic()
    try:
        output, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        logs = client_logs(process)
        kill_group(process)
        text = said_until_killed(process).decode(errors="replace")
        raise AssertionError(f"still running after {timeout} s:\n{text}\n{logs}") from None
    return Outcome(process.returncode, output.decode(errors="replace"), time.monotonic() - start)


def said_until_killed(process: subprocess.Popen) -> bytes:
    """What a killed script had printed. A service that has left its group (old clients) may hold the pipe for ever."""
    try:
        return process.communicate(timeout=5)[0]
    except subprocess.TimeoutExpired as held:
        return held.output or b""


def heed_interrupts() -> None:
    """Python raises KeyboardInterrupt only where SIGINT was not ignored at its start, as it is below a shell's `&`."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def client_logs(process: subprocess.Popen) -> str:
    """The ends of the client's own logs of a running script: they tell a server that does not answer from a client that
    has lost its own service process."""
    try:
        logs = Path(f"/proc/{process.pid}/cwd").resolve(strict=True) / "wandb/latest-run/logs"
    except OSError:
        return "(it has just ended, what it started still holds its output)"
    ends = [(log.name, log.read_text(errors="replace").splitlines()[-12:]) for log in sorted(logs.glob("*.log"))]
    return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in ends)


def kill_group(process: subprocess.Popen) -> None:
    """kill -9 of the script and of the client's own processes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def stats_style(client: Client) -> str:
    """Which settings make this client sample system metrics often; see `stats.py`."""
    return "new" if client.at_least("0.19") else "0.18" if client.at_least("0.18") else "0.1"


def run_id() -> str:
    """A run id that no other test has."""
    return secrets.token_hex(4)
