"""The limit of reading: a columnar engine over the same Parquet files, with nothing around it."""

import duckdb
from common import main, measured, repeated


def extremes(files: str, key: str, parts: int) -> dict:
    """Minimum and maximum of a key in each of so many parts of each file."""
    database = duckdb.connect()
    (last,) = database.execute(f"select max(_step) from read_parquet('{files}')").fetchone()
    query = f"""select filename, _step * {parts} // {last + 1} as part, min("{key}"), max("{key}")
        from read_parquet('{files}', filename = true) group by all"""
    return repeated([], lambda: len(database.execute(query).fetchall()))


def frame(files: str) -> dict:
    """All rows of the files as one table of pandas; how many."""
    database = duckdb.connect()
    query = f"select * from read_parquet('{files}', union_by_name = true, filename = true)"
    return measured([], lambda: len(database.execute(query).df()))


if __name__ == "__main__":
    main({"extremes": extremes, "frame": frame})
