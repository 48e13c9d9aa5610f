"""Tables that scripts log, as the web app asks for them: every log mode, files and versions, with their pictures."""

import json
import time

import pytest
from harness.api import Api


class Asker:
    """Asks for tables of one project."""

    def __init__(self, trainer):
        self.api = Api(trainer.server.url, trainer.user.key)
        self.path = f"/api/tables/{trainer.entity or trainer.user.name}/{trainer.project}"

    def ask(self, *sources, **question):
        body = json.dumps({"sources": sources, "limit": 100, **question}).encode()
        for _ in range(50):
            answer = self.api.request("POST", self.path, body)
            assert answer.status == 200, answer.body
            page = answer.json
            if "sources" in page:
                return page
            time.sleep(0.2)
        raise AssertionError("the table is still being read")


@pytest.mark.every_client
@pytest.mark.needs("tables_in_artifacts")
def test_tables_in_every_mode_are_paged(trainer, run):
    modes = trainer.client.at_least("0.22.0")
    trainer.train("tables", run, {"modes": modes}).succeeded()
    asker = Asker(trainer)

    def logged(key, **question):
        return asker.ask({"run": run, "key": key}, **question)

    # The file of the run has the first 10,000 rows; the artifact has all of them.
    plain = logged("plain", filter={"text": "odd"}, sort=[{"column": "n", "descending": True}], limit=2)
    assert (plain["total"], plain["rows"]) == (20_000, 10_000)
    assert plain["cells"] == [["r19999", 4999.75, "odd"], ["r19997", 4999.25, "odd"]]
    groups = logged("plain", group=["text"], columns=["n"])
    assert [(group["key"], group["rows"]) for group in groups["page"]] == [(["even"], 10_000), (["odd"], 10_000)]

    pictures = logged("media/pictures")
    cell = pictures["cells"][1]
    assert (cell[0], cell[2], cell[3]) == (1, True, [1, None])
    assert cell[1]["_type"] == "image-file" and pictures["columns"][1]["types"] == ["image-file"]
    address = pictures["files"]["0"][cell[1]["path"]]["url"]
    assert asker.api.request("GET", "/blob/" + address.split("/blob/")[1]).body.startswith(b"\x89PNG")

    if modes:
        assert logged("mutable")["cells"] == [["a", 1, "x", True], ["b", 2, "y", False]]
        growing = logged("growing")
        assert [row[1] for row in growing["cells"]] == list(range(1, 13))

    whole = asker.ask({"artifact": "parts:v0", "file": "whole.partitioned-table.json"})
    assert whole["cells"] == [["p0", 0, "part"], ["p1", 1, "part"], ["p2", 2, "part"]]
    joined = asker.ask({"artifact": "parts:latest", "file": "joined.joined-table.json"})
    assert [column["id"] for column in joined["columns"]] == ["id", "n#0", "n#1", "text#0", "text#1"]
    assert joined["cells"] == [
        ["k1", 1, None, "left", None],
        ["k2", 2, 20, "left", "right"],
        ["k3", None, 30, None, "right"],
    ]
    borrowed = asker.ask({"artifact": "borrowed:v0", "file": "there.table.json"})
    assert borrowed["cells"] == [["p0", 0, "part"]]


def test_tables_of_runs_are_compared(trainer, run):
    trainer.train("tables", run, {"modes": False}).succeeded()
    other = f"{run}b"
    trainer.train("tables", other, {"modes": False}).succeeded()
    asker = Asker(trainer)
    sources = [{"run": name, "key": "media/pictures"} for name in (run, other)]
    below = asker.ask(*sources, columns=["#table", "id"])
    assert below["cells"] == [[name, n] for name in (run, other) for n in range(3)]
    beside = asker.ask(*sources, join="id", columns=["id", "flag#0", "flag#1"])
    assert beside["cells"] == [[0, False, False], [1, True, True], [2, True, True]]


def test_a_stranger_gets_nothing(trainer, run, server):
    trainer.train("tables", run, {"modes": False}).succeeded()
    asker = Asker(trainer)
    asker.ask({"run": run, "key": "plain"})
    stranger = server.user()
    asker.api = Api(server.url, stranger.key)
    answer = asker.api.request("POST", asker.path, b'{"sources": []}')
    assert answer.status == 403
