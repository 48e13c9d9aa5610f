"""Terminal output compared with a stored text, the parts that change from run to run replaced."""

import re
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "snapshots"


def normal(text: str, names: dict[str, str]) -> str:
    """The text with addresses, times, ids and the test's own names replaced."""
    for name, shown in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(name, shown)
    text = re.sub(r"http://127\.0\.0\.1:\d+", "URL", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"/e/[\w-]+", "/e/REF", text)
    text = re.sub(r"\d{8}_\d{6}", "DATE", text)
    text = re.sub(r"(?m)^Problem at: .*$", "Problem at: …", text)
    text = re.sub(r"(?m)^\s+(File \").*$", r"  \1…", text)
    # The client's own frames and source lines differ between its versions and say nothing about us.
    text = re.sub(r"(?ms)^Traceback \(most recent call last\):\n(?:[ \t].*\n)+", "Traceback…\n", text)
    # The spinner may or may not be seen.
    kept = [line.rstrip() for line in text.splitlines() if not re.search(r"setting up run|[⣾⣽⣻⢿⡿⣟⣯⣷]", line)]
    return "\n".join(kept).strip() + "\n"


def check(name: str, text: str, update: bool) -> None:
    """Compares with snapshots/NAME.txt, or writes it."""
    path = FOLDER / f"{name}.txt"
    if update:
        path.write_text(text)
        return
    assert path.exists(), f"no snapshot {path.name}; write it with --update-snapshots:\n{text}"
    assert text == path.read_text(), f"differs from {path.name}"
