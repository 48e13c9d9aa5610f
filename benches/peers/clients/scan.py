"""The limit of reading: a columnar engine over the same Parquet files, with nothing around it."""

import duckdb
from common import main, repeated


def extremes(files: str, key: str, parts: int) -> dict:
    """Minimum and maximum of a key in each of so many parts of each file."""
    database = duckdb.connect()
    (last,) = database.execute(f"select max(_step) from read_parquet('{files}')").fetchone()
    query = f"""select filename, _step * {parts} // {last + 1} as part, min("{key}"), max("{key}")
        from read_parquet('{files}', filename = true) group by all"""
    return repeated([], lambda: len(database.execute(query).fetchall()))


if __name__ == "__main__":
    main({"extremes": extremes})
