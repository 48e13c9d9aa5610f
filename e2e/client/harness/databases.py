"""A fresh database for each server: a SQLite file, or a database of its own in the PostgreSQL of tools/postgres."""

import os
import subprocess
import uuid
from functools import cache


@cache
def kinds() -> list[str]:
    """The databases of this run: `RUNSTEAD_TEST_DATABASES=sqlite,postgres`, by default only SQLite."""
    wanted = os.environ.get("RUNSTEAD_TEST_DATABASES", "sqlite").split(",")
    if "postgres" in wanted and not os.environ.get("RUNSTEAD_TEST_POSTGRES_URL"):
        raise RuntimeError("no RUNSTEAD_TEST_POSTGRES_URL: run the tests through tools/postgres")
    return wanted


def fresh_url(kind: str) -> str | None:
    """The address of a new, empty database; None for SQLite, whose file is in the data folder."""
    if kind == "sqlite":
        return None
    admin = os.environ["RUNSTEAD_TEST_POSTGRES_URL"]
    name = f"e2e_{uuid.uuid4().hex[:12]}"
    psql = os.environ.get("RUNSTEAD_TEST_PSQL", "psql")
    subprocess.run([psql, admin, "-qc", f"create database {name}"], check=True, capture_output=True)
    return f"{admin.rsplit('/', 1)[0]}/{name}"
