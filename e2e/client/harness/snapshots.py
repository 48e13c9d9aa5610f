"""Terminal output compared with a stored text, the parts that change from run to run replaced."""

import fcntl
import re
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "snapshots"


def normal(text: str, names: dict[str, str]) -> str:
    """The text without colours, and with addresses, times, ids and the test's own names replaced."""
    for name, shown in sorted(names.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(name, shown)
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    text = re.sub(r"http://127\.0\.0\.1:\d+", "URL", text)
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"/e/[\w-]+", "/e/REF", text)
    text = re.sub(r"\d{8}_\d{6}", "DATE", text)
    text = text.replace(tempfile.gettempdir(), "/tmp")
    text = re.sub(r"/tmp/\S*?/(home|work)/", r"\1/", text)
    text = re.sub(r"'ref': '\w+'", "'ref': 'REF'", text)
    text = re.sub(r"\b(run) [a-z]+-[a-z]+-\d+", r"\1 NAME", text)
    text = re.sub(r"(?m)^Problem at: .*$", "Problem at: …", text)
    text = re.sub(r"(?m)^\s+(File \").*$", r"  \1…", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)
    text = re.sub(r"\bid \d+\b", "id ID", text)
    text = re.sub(r"invite\?id=\d+", "invite?id=ID", text)
    # The client's own frames and source lines differ between its versions and say nothing about us.
    text = re.sub(r"(?m)^Traceback \(most recent call last\):\n(?:[ \t].*\n)+", "Traceback…\n", text)
    # Spinners may or may not be seen.
    kept = [line.rstrip() for line in text.splitlines() if not re.search(r"setting up run|[⣾⣽⣻⢿⡿⣟⣯⣷]|MB of", line)]
    return "\n".join(kept).strip() + "\n"


def check(name: str, section: str, text: str, update: bool) -> None:
    """Compares with a section of snapshots/NAME.txt, or writes it there (several processes may do that at once)."""
    path = FOLDER / f"{name}.txt"
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            sections = read(path) | {section: text}
            file.truncate(0)
            file.write("\n".join(f"=== {name} ===\n{sections[name]}" for name in sorted(sections)))
        return
    stored = read(path) if path.exists() else {}
    assert section in stored, f"no section {section} in {path}; write it with --update-snapshots:\n{text}"
    assert text == stored[section], f"differs from {section} in {path}"


def read(path: Path) -> dict[str, str]:
    """The sections of a snapshot: `=== NAME ===`, then the text."""
    parts = re.split(r"(?m)^=== (.*) ===\n", path.read_text())
    return {name: text.strip() + "\n" for name, text in zip(parts[1::2], parts[2::2], strict=True)}
