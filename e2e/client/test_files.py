"""run.save: files arrive whole, whatever they are called."""

import pytest


@pytest.mark.every_client
def test_saved_files_arrive_whole(trained):
    _, seen, _ = trained("files")
    assert seen.file("plain.txt") == b"plain"
    assert seen.file("deep/model.bin") == bytes(range(256)) * 4096
    assert seen.file("with space+ünï.txt") == b"odd"
    assert seen.file("notes.txt") == b"second, longer"


@pytest.mark.every_client
@pytest.mark.needs("empty_files")
def test_an_empty_file_is_a_file(trained):
    _, seen, _ = trained("files")
    assert seen.file("empty.txt") == b""


@pytest.mark.every_client
def test_sizes_are_told(trained):
    _, seen, _ = trained("files")
    files = seen.files
    assert int(files["deep/model.bin"]["sizeBytes"]) == 1 << 20
