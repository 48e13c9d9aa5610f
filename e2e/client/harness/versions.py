"""The client versions under test and their interpreters."""

import os
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
TABLE = tomllib.loads((ROOT / "e2e/client/versions.toml").read_text())


def number(version: str) -> tuple[int, ...]:
    """A version as something that compares."""
    return tuple(int(part) for part in version.split("."))


@dataclass(frozen=True)
class Client:
    """One installed version of the client."""

    version: str
    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin/python")

    @property
    def wandb(self) -> str:
        return str(self.folder / "bin/wandb")

    def at_least(self, version: str) -> bool:
        return number(self.version) >= number(version)

    def lacks(self, feature: str) -> str | None:
        """Why this version cannot run a test of the feature, or None when it can."""
        entry = TABLE["since"][feature]
        has = self.version not in entry.get("not", []) and self.at_least(entry.get("version", "0.0"))
        return None if has else f"{self.version}: {entry['reason']}"


def is_quick() -> bool:
    """Whether old clients run only the tests that ask for it: `every_client(quick=True)`."""
    return os.environ.get("RUNSTEAD_CLIENTS", "quick") == "quick"


@cache
def clients() -> dict[str, Client]:
    """The versions of this run, newest first; `RUNSTEAD_CLIENTS=all` for every one."""
    lines = os.environ.get("RUNSTEAD_CLIENT_ENVS")
    if lines is None:
        wanted = os.environ.get("RUNSTEAD_CLIENTS", "quick")
        versions = {"quick": TABLE["quick"], "all": TABLE["versions"]}.get(wanted) or wanted.split(",")
        command = [str(ROOT / "tools/client-envs"), *versions]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    pairs = [line.split() for line in lines.splitlines()]
    return {version: Client(version, Path(folder)) for version, folder in pairs}


def newest() -> Client:
    return next(iter(clients().values()))
