"""Fixtures: a server for each test file and database, a user and a trainer for each test."""

import shutil

import pytest
from harness.databases import kinds
from harness.server import Server
from harness.training import Trainer, run_id
from harness.versions import clients, is_quick, newest


def pytest_addoption(parser):
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots instead of comparing")


def pytest_generate_tests(metafunc):
    """The newest client on every database; on the first one also the older clients, where a test is for them."""
    names = metafunc.fixturenames
    every_client = metafunc.definition.get_closest_marker("every_client")
    also = every_client and (not is_quick() or every_client.kwargs.get("quick"))
    versions = list(clients().values()) if also else [newest()]
    if "client" in names:
        cases = [
            (database, client)
            for database in kinds()
            for client in versions
            if database == kinds()[0] or client == newest()
        ]
        ids = [f"{database}-{client.version}" for database, client in cases]
        metafunc.parametrize("database,client", cases, ids=ids, scope="module", indirect=True)
    elif "database" in names:
        metafunc.parametrize("database", kinds(), scope="module", indirect=True)


def pytest_collection_modifyitems(config, items):
    """Leaves out what a table repeats: `whole_in(versions, elsewhere)`; other versions run only the cases named."""

    def repeats(item):
        marker = item.get_closest_marker("whole_in")
        params = getattr(getattr(item, "callspec", None), "params", {})
        if not marker or "client" not in params:
            return False
        versions, elsewhere = marker.args
        return params["client"].version not in versions and params.get("name") not in elsewhere

    left_out = [item for item in items if repeats(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Skips, with the reason of versions.toml, what a client version does not have."""
    params = getattr(getattr(item, "callspec", None), "params", {})
    for marker in item.iter_markers("needs"):
        reason = params["client"].lacks(marker.args[0]) if "client" in params else None
        if reason:
            pytest.skip(reason)


@pytest.fixture(scope="module")
def database(request):
    return request.param


@pytest.fixture(scope="module")
def client(request):
    return request.param


@pytest.fixture(scope="module")
def server(database, tmp_path_factory):
    """A running server with a fresh data folder, shared by the tests of one file."""
    server = Server(tmp_path_factory.mktemp("server"), database).start()
    yield server
    server.stop()
    shutil.rmtree(server.data)


@pytest.fixture
def new_server(database, tmp_path):
    """Makes servers that one test needs for itself."""
    made = []

    def make(**settings):
        made.append(Server(tmp_path / f"server-{len(made)}", database, **settings))
        return made[-1].start()

    yield make
    for server in made:
        server.stop()


@pytest.fixture
def user(server):
    return server.user()


@pytest.fixture
def trainer(client, server, user, tmp_path):
    """A user at a machine with the client version under test."""
    return Trainer(client, server, user, tmp_path)


@pytest.fixture(scope="module")
def trained(client, server, tmp_path_factory):
    """Runs a script once for all tests of a file: `trained("everything")` is the outcome and what the server has."""
    done = {}

    def once(script, params=None):
        if script not in done:
            trainer = Trainer(client, server, server.user(), tmp_path_factory.mktemp("trainer"))
            run = run_id()
            outcome = trainer.train(script, run, params).succeeded()
            done[script] = outcome, trainer.seen(run), trainer
        return done[script]

    return once


@pytest.fixture
def run():
    """The id of the run of this test."""
    return run_id()
