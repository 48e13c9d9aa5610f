"""run.save: files arrive whole, whatever they are called."""


def test_saved_files_arrive_whole(trainer, run):
    trainer.train("files", run).succeeded()
    seen = trainer.seen(run)
    assert seen.file("plain.txt") == b"plain"
    assert seen.file("deep/model.bin") == bytes(range(256)) * 4096
    assert seen.file("with space+ünï.txt") == b"odd"
    assert seen.file("notes.txt") == b"second, longer"


def test_an_empty_file_is_a_file(trainer, run):
    trainer.train("files", run).succeeded()
    assert trainer.seen(run).file("empty.txt") == b""


def test_sizes_are_told(trainer, run):
    trainer.train("files", run).succeeded()
    files = trainer.seen(run).files
    assert int(files["deep/model.bin"]["sizeBytes"]) == 1 << 20
