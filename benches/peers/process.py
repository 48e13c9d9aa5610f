"""A server process with everything it started: its start, its processor time, its memory, its folder."""

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

# Servers that nobody has stopped yet.
RUNNING: list["Server"] = []
TICKS = os.sysconf("SC_CLK_TCK")
# Priority of what is measured: `chrt -f 20` where RUNSTEAD_BENCH_REALTIME is set, for a machine that others use too.
PRIORITY = ["chrt", "-f", "20"] if os.environ.get("RUNSTEAD_BENCH_REALTIME") else []


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stat(process: int) -> list[str]:
    """The fields of `/proc/ID/stat` after the name; empty when the process is gone."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def tree(root: int) -> list[int]:
    """A process and its descendants."""
    parents = {int(name): stat(int(name)) for name in os.listdir("/proc") if name.isdigit()}
    found, grown = {root}, True
    while grown:
        more = {process for process, fields in parents.items() if fields and int(fields[1]) in found} - found
        found |= more
        grown = bool(more)
    return sorted(found)


def cpu(*roots: int) -> float:
    """Seconds of the processes, their descendants, and those of them that have ended."""
    fields = [stat(process) for root in roots for process in tree(root)]
    return sum(int(value) for each in fields if each for value in each[11:15]) / TICKS


def memory(root: int) -> float:
    """Megabytes that belong to the tree, shared pages counted once (PSS)."""
    total = 0
    for process in tree(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def peak(process: int) -> float:
    """The most megabytes that one process ever had (VmHWM)."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


def size(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Server:
    """A system that answers HTTP; `start` seconds passed until it first did."""

    def __init__(
        self,
        command: list[str],
        port: int,
        folder: Path,
        path: str = "/",
        environment: dict | None = None,
        calm: bool = False,
    ):
        self.port, self.url, self.folder = port, f"http://127.0.0.1:{port}", folder
        folder.mkdir(parents=True, exist_ok=True)
        base = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", **(environment or {})}
        self.log = (folder / "server.log").open("ab")
        started = time.monotonic()
        self.process = subprocess.Popen(
            [*([] if calm else PRIORITY), *command],
            cwd=folder,
            env=base,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.id = self.process.pid
        RUNNING.append(self)
        while not self.answers(path):
            if self.process.poll() is not None or time.monotonic() - started > 240:
                raise RuntimeError(f"{command[0]} does not answer:\n{(folder / 'server.log').read_text()[-3000:]}")
            time.sleep(0.002)
        self.start = time.monotonic() - started

    def answers(self, path: str) -> bool:
        try:
            urllib.request.urlopen(self.url + path, timeout=10).read()
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def cpu(self) -> float:
        return cpu(self.id)

    def memory(self) -> float:
        return memory(self.id)

    def stop(self) -> None:
        """Ends all that it started."""
        RUNNING.remove(self)
        processes = tree(self.id)
        for process in processes:
            try:
                os.kill(process, signal.SIGTERM)
            except ProcessLookupError:
                continue
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            for process in processes:
                if stat(process):
                    os.kill(process, signal.SIGKILL)
            self.process.wait()
        self.log.close()
