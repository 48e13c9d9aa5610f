"""What situations are built from: people, teams, projects and keys on one server, with names that read well."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import time
from typing import Any

from harness.server import Server, User, binary

# Every name ends in a number, which the snapshots leave out; no two of them are alike.
NAMES = re.compile(r"\b(ann|tom|rob|root|robot|vision-lab|speech|night-owls|no-such-team)\d+\b", re.ASCII)


class World:
    """The people of one situation; `n` makes their names its own."""

    count = 0

    def __init__(self, server: Server):
        World.count += 1
        self.server = server
        self.n = World.count
        self.caller = self.user("ann")

    def name(self, base: str) -> str:
        return f"{base}{self.n}"

    def user(self, base: str, *flags: str) -> User:
        return self.server.user(self.name(base), *flags)

    def team(self, base: str = "vision-lab", **roles: User) -> str:
        """A team of the admin `tom`; further members by role."""
        self.admin = self.user("tom")
        return self.server.team(self.admin, self.name(base), **roles)

    def project(self, entity: str, name: str = "digits", visibility: str = "team") -> str:
        self.server.cli("project", "create", f"{entity}/{name}", "--visibility", visibility)
        return f"{entity}/{name}"

    def key(self, user: User, *flags: str) -> str:
        """A further key of somebody, as the page /authorize gives it."""
        return self.server.cli("key", "create", "--user", user.name, "--name", "laptop", *flags).stdout.split()[-1]

    def key_id(self, user: User) -> str:
        """The id of the newest key of somebody."""
        return str(max(int(row["id"]) for row in rows(self.server, "key", "list", "--user", user.name)))

    def command(self, *words: str) -> list[str]:
        """A command line of the server, for a script to run in the middle of it."""
        return [binary(), *words, *self.server.where()]

    def root(self) -> User:
        """The administrator of the organization: one for the whole server, since all of them are named."""
        self.server.admin = self.server.admin or self.user("root", "--admin")
        return self.server.admin

    def sql(self, statement: str) -> list[str]:
        """For what no command does: a statement that both databases understand; the first column of its rows."""
        if self.server.database == "sqlite":
            with (
                contextlib.closing(sqlite3.connect(self.server.data / "runstead.db", timeout=30)) as database,
                database,
            ):
                return [str(row[0]) for row in database.execute(statement)]
        psql = [os.environ.get("RUNSTEAD_TEST_PSQL", "psql"), self.server.database_url, "-qtAc", statement]
        return subprocess.run(psql, check=True, capture_output=True, text=True).stdout.splitlines()


def rows(server: Server, *words: str) -> list[dict[str, Any]]:
    """What a listing command prints."""
    return json.loads(server.cli(*words, "--json").stdout)


def micros() -> int:
    """Now, as the database has it."""
    return int(time.time() * 1_000_000)
