"""The tables, as Markdown."""

import json
import sys
from pathlib import Path

OURS = "Runstead"


def number(value: float | None) -> str:
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratio(value: float | None, ours: float | None) -> str:
    """How many times of theirs ours is."""
    return f"{number(value)} ({number(ours / value)}×)" if value and ours else number(value)


def reach(found: list[dict]) -> str:
    met = {True: "met", False: "**missed**", None: ""}
    rows = [
        [line["work"], line["goal"], f"{number(line['value'])} {line['unit']}", met[line["met"]], line["note"]]
        for line in found
    ]
    return table(["work", "reach", "measured", "", "more"], rows)


def peers(found: list[dict]) -> str:
    """One table a kind of work; in brackets, how many times as good Runstead is."""

    def of(kind: str) -> tuple[list[dict], dict]:
        lines = [line for line in found if line["kind"] == kind]
        return lines, next((line for line in lines if line["system"] == OURS), {})

    tables = []
    lines, _ = of("start")
    rows = [[line["system"], f"{line['seconds']:.2f}", number(line["memory"])] for line in lines]
    tables += ["Start and idle", table(["system", "start s", "idle MB (PSS)"], rows)]
    lines, ours = of("big")
    rows = []
    for line in lines:
        if "failed" in line:
            rows.append([line["system"], line["failed"], "", "", "", ""])
            continue
        raw = ratio(line.get("raw_cpu"), ours.get("raw_cpu"))
        points = ratio(line["points_cpu"], ours.get("points_cpu"))
        size = number(line["bytes"]) + (f" ({number(line['bytes'] / ours['bytes'])}×)" if ours else "")
        rows.append([line["system"], f"{line['rows']:,}", points, raw, size, line["durable"]])
    head = [
        "system",
        "rows of 20",
        "points/CPU-s, own client",
        "the same, raw requests of 1,000 rows",
        "bytes/point",
        "survives",
    ]
    tables += ["A large log", table(head, rows)]
    lines, ours = of("small")
    rows = [
        [
            line["system"],
            ratio(line.get("requests_second"), ours.get("requests_second")),
            ratio(line.get("requests_cpu"), ours.get("requests_cpu")),
            number(line["p99"] * 1000),
            str(line["lost"]),
        ]
        if "failed" not in line
        else [line["system"], line["failed"], "", "", ""]
        for line in lines
    ]
    tables += [
        "Small requests: 100 runs, 1 row × 10 metrics",
        table(["system", "requests/s", "requests/CPU-s", "p99 ms", "failed"], rows),
    ]
    lines, _ = of("chart")
    rows = [
        [
            line["system"],
            f"{line['runs']} × {line['rows']:,}",
            number(line["seconds"] * 1000),
            f"{line['spikes']} of {line['runs']}",
        ]
        if "failed" not in line
        else [line["system"], line["failed"], "", ""]
        for line in lines
    ]
    tables += [
        "One metric of many runs, as the own page asks",
        table(["system", "runs × rows", "ms", "spikes shown"], rows),
    ]
    lines, _ = of("page")
    rows = [
        [
            line["system"],
            f"{line['runs']:,}",
            number(line["seconds"] * 1000) + (", " + line["note"] if "note" in line else ""),
        ]
        if "failed" not in line
        else [line["system"], line["failed"], ""]
        for line in lines
    ]
    tables += ["First page of the runs: filter and sort", table(["system", "runs", "ms"], rows)]
    lines, ours = of("export")
    rows = [
        [line["system"], f"{line['points']:,}", ratio(line["points_second"], ours.get("points_second"))]
        if "failed" not in line
        else [line["system"], line["failed"], ""]
        for line in lines
    ]
    tables += ["All points of a run, by the own client", table(["system", "points", "points/s"], rows)]
    lines, _ = of("web")
    rows = [
        [
            line["system"],
            f"{line['runs']} × {line['rows']:,}",
            number(line["firstChart"]),
            number(line["interactive"]),
            number(line["memory"]),
        ]
        for line in lines
    ]
    head = ["system", "runs × rows", "first chart ms", "interactive ms", "tab MB"]
    tables += ["The chart in a browser", table(head, rows)]
    # Kinds of work that were not asked for have no table.
    asked = [pair for pair in zip(tables[::2], tables[1::2], strict=True) if pair[1].count("\n") > 1]
    return "\n\n".join(part for pair in asked for part in pair)


def tables(found: list[dict]) -> str:
    parts = [
        ", ".join(f"{key}: {value}" for key, value in line.items() if key != "kind")
        for line in found
        if line["kind"] == "machine"
    ][-1:]
    lines = [line for line in found if line["kind"] == "reach"]
    if lines:
        parts.append(reach(lines))
    others = [line for line in found if "system" in line]
    if others:
        parts.append(peers(others))
    return "\n\n".join(parts)


if __name__ == "__main__":
    print(tables([json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]))
