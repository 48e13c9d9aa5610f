"""Documents that only older clients have, answered to the clients that have them."""

import pytest


@pytest.mark.every_client
@pytest.mark.needs("older_documents")
def test_what_older_clients_ask_below_their_public_api(trainer, run):
    told = trainer.train("older_documents", run).succeeded().result
    assert told["python"] and told["python"].startswith(("3.", "CPython 3."))
    assert {"program", "args", "os", "cpuCount", "gpuCount", "git"} <= set(told["info"])
    assert told["project"] == ["vision", None, None]
    assert run in told["runs"]
    assert told["made"] and told["stopped"] in (True, None)
    # A type without collections is listed to nobody yet.
    assert told["type"] == []
