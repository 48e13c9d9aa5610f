"""Media of every kind: each file that a logged value names is listed and comes back as it was."""

import hashlib
import json

import pytest

#: The type of each logged value, and how many files it names, of pictures without their masks.
KINDS = {
    "picture": ("image-file", 2),
    "deep/pictures": ("images/separated", 3),
    "sound": ("audio-file", 1),
    "sounds": ("audio", 2),
    "film": ("video-file", 1),
    "page": ("html-file", 1),
    "cloud": ("object3D-file", 1),
    "mesh": ("object3D-file", 1),
    "molecule": ("molecule-file", 1),
    "figure": ("plotly-file", 1),
    "plot": ("bokeh-file", 1),
    "weights": ("histogram", 0),
}


def named(value):
    """The files that a value names, with their digest and size where it tells them."""
    found = {}
    if isinstance(value, list):
        for one in value:
            found |= named(one)
    if isinstance(value, dict):
        if "path" in value:
            found[value["path"]] = (value.get("sha256"), value.get("size"))
        found |= {name: (None, None) for name in value.get("filenames", [])}
        for one in value.values():
            found |= named(one)
    return found


@pytest.mark.every_client
@pytest.mark.whole_in(["0.31.0", "0.28.2", "0.22.3", "0.19.11", "0.16.6"], [])
def test_every_kind_is_stored_and_listed(trainer, run):
    # Older clients make masks in a way that today's Pillow refuses.
    masks = trainer.client.at_least("0.28")
    outcome = trainer.train("media", run, {"masks": masks}).succeeded()
    seen = trainer.seen(run)
    for key, (kind, count) in KINDS.items():
        (value,) = seen.column(key)
        assert value["_type"] == kind, key
        files = named(value)
        # Pictures with the same marks share their files.
        count += masks and key in ("picture", "deep/pictures")
        assert len(files) == count, (key, files)
        for name, (sha256, size) in files.items():
            content = seen.file(name)
            assert content and (size is None or len(content) == size), name
            assert sha256 is None or hashlib.sha256(content).hexdigest() == sha256, name
    figure = json.loads(seen.file(seen.column("figure")[0]["path"]))
    assert figure["data"][0]["y"] == [3, 4]
    assert sum(seen.column("weights")[0]["values"]) == 100
    assert b"<b>bold</b>" in seen.file(seen.column("page")[0]["path"])

    told = outcome.result
    assert told["picture"] and told["marks"] == [["truth"] * masks, ["guess"]]
    assert told["cells"] == [["n", "picture", "page"], 1, True]
    assert {"picture.image-file.json", "sound.audio-file.json", "table.table.json"} <= set(told["entries"])
