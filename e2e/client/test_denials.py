"""Every reason for a denial in the terminals of real clients: the whole output as it is stored in snapshots/denials,
and the remedy that it names, typed as it stands there.

`tools/client-tests test_denials.py --update-snapshots` writes the snapshots anew; read every changed line.
"""

import json

import pytest
from denials import remedies
from denials.situations import AT_INIT, REASONS
from denials.world import NAMES
from harness import snapshots
from harness.api import Api
from harness.training import Trainer, run_id
from harness.versions import ROOT

# What a refusal must never look like: a body as it was sent, or a client that found no text.
NOISE = ("<no message>", '{"data"', '"errors"', "\\n", "\\u00", "<Response", "networking setup")

# Clients with which the remedies are carried out. One more asks for access and syncs what it logged.
TRIED = ("0.31.0", "0.16.6")
ASKING = (*TRIED, "0.22.3")

OF_SWEEP = pytest.param("SWEEP_OWNER_MISMATCH", marks=pytest.mark.needs("sweep_in_environment"))

INIT = "run = wandb.init(entity='{entity}', project='digits')\n"


@pytest.fixture
def update(request):
    return request.config.getoption("--update-snapshots")


@pytest.fixture(scope="module")
def built(server):
    """Situations that nothing was changed in, to be refused in once more."""
    return {}


def machine(situation, client, folder, **extra):
    trainer = Trainer(client, situation.world.server, situation.world.caller, folder)
    trainer.extra = {"WANDB_PROJECT": None, **extra}
    return trainer


def normal(text, **names):
    return NAMES.sub(r"\1", snapshots.normal(text, {actual: shown for shown, actual in names.items()}))


def shown(place, name, client, outcome, update, **names):
    """Compares the terminal with its snapshot."""
    text = normal(outcome.output, **names)
    snapshots.check(f"denials/{client.version}/{place}", name, text, update)
    # Old versions of the public API and of artifacts print an exception with the text in it, or before the text.
    if place not in ("api", "artifact") or client.at_least("0.26"):
        assert_clean(text)
    return text


def assert_clean(text):
    for noise in NOISE:
        assert noise not in text, text


@pytest.mark.every_client(quick=True)
@pytest.mark.parametrize("name", [OF_SWEEP if name == OF_SWEEP.values[0] else name for name in AT_INIT])
def test_init(name, client, server, built, tmp_path, update):
    tried = client.version in (ASKING if name == "NOT_MEMBER request" else TRIED)
    situation = built.pop(name, None) or REASONS[name](server)
    try:
        refused_and_mended(situation, name, client, tmp_path, update, tried)
    finally:
        situation.after()
    if not tried and name != "READ_ONLY":
        built[name] = situation


def refused_and_mended(situation, name, client, folder, update, tried):
    presented = {"WANDB_API_KEY": situation.key, **situation.environment} if situation.key else situation.environment
    trainer = machine(situation, client, folder)
    run = run_id()
    outcome = trainer.train("typed", run, {"code": f"{situation.init})"}, **presented)
    assert outcome.code != 0, outcome.output
    shown("init", name, client, outcome, update, RUN=run)
    if tried:
        situation.remedy(situation, outcome.output, trainer)


def refused(place, name, code, situation, client, folder, update, **extra):
    """Types `code` on the caller's machine, compares the terminal, and returns what was printed and the machine."""
    trainer = machine(situation, client, folder)
    run = run_id()
    params = {
        "code": code,
        "meanwhile": extra.pop("meanwhile", []),
        "environment": situation.world.server.environment(),
    }
    outcome = trainer.train("typed", run, params, **{"WANDB_API_KEY": situation.key or trainer.user.key, **extra})
    shown(place, name, client, outcome, update, RUN=run)
    return outcome, trainer


@pytest.mark.every_client
@pytest.mark.parametrize("mode", ["allow", "must", "never", "auto"])
def test_resume(mode, client, server, tmp_path, update):
    situation = REASONS["NOT_MEMBER"](server)
    outcome, trainer = refused(
        "resume", mode, f"{situation.init}, resume='{mode}')", situation, client, tmp_path, update
    )
    assert outcome.code != 0
    if mode == "allow" and client.version in TRIED:
        remedies.typed(situation, outcome.output, trainer)


@pytest.mark.every_client
@pytest.mark.parametrize("name", ["KEY_REVOKED", "KEY_OTHER_SERVER", "USER_DISABLED"])
def test_login(name, client, server, tmp_path, update):
    """Clients that ask the server when logging in show its reason; older ones store any key."""
    situation = REASONS[name](server)
    trainer = machine(situation, client, tmp_path)
    key = situation.key or situation.world.caller.key
    outcome = trainer.wandb("login", "--host", server.url, key, WANDB_API_KEY=None)
    shown("login", name, client, outcome, update)
    assert (outcome.code == 0) == bool(client.lacks("login_verifies")), outcome.output


API = {
    "KEY_REVOKED": "wandb.Api().runs('{own}/digits')[0]",
    "NOT_MEMBER run": "wandb.Api().run('{entity}/digits/abc')",
    "NOT_MEMBER runs": "wandb.Api().runs('{entity}/digits')[0]",
    "PROJECT_UNKNOWN run": "wandb.Api().run('{own}/digitts/abc')",
    "PROJECT_UNKNOWN runs": "wandb.Api().runs('{own}/digitts')[0]",
    "RUN_NOT_YOURS delete": "wandb.Api().run('{entity}/kept/one').delete()",
    "RUN_NOT_YOURS stop": "wandb.Api().run('{entity}/kept/one').stop()",
    "NOT_MEMBER use_artifact": "wandb.init(project='digits').use_artifact('{entity}/digits/weights:latest')",
    "NOT_MEMBER sweep": "wandb.sweep({{'method': 'random', 'parameters': {{'lr': {{'value': 1}}}}}}, "
    "entity='{entity}', project='digits')",
}


STOPS = pytest.mark.needs("api_stop")


@pytest.mark.every_client
@pytest.mark.parametrize("name", [pytest.param(name, marks=STOPS if name.endswith("stop") else ()) for name in API])
def test_public_api(name, client, server, tmp_path, update):
    """Reading, stopping, deleting, artifacts and sweeps."""
    situation = REASONS[name.split()[0]](server)
    code = API[name].format(entity=situation.entity, own=situation.world.caller.name)
    outcome, _ = refused("api", name, code, situation, client, tmp_path, update)
    assert outcome.code != 0, outcome.output


@pytest.mark.every_client
def test_log_artifact(client, server, tmp_path, update):
    """A role that was lowered meanwhile: the run may finish, but nothing new comes with it."""
    situation = REASONS["demoted"](server)
    code = INIT + (
        "run.log({{'loss': 1.0}})\nmeanwhile()\nartifact = wandb.Artifact('weights', 'model')\n"
        "run.log_artifact(artifact)\nartifact.wait()"
    )
    meanwhile = situation.world.command(
        "team", "add", situation.entity, situation.world.caller.name, "--role", "viewer"
    )
    code = code.format(entity=situation.entity)
    outcome, _ = refused("artifact", "ROLE_TOO_LOW", code, situation, client, tmp_path, update, meanwhile=meanwhile)
    assert outcome.code != 0 and "may not log artifacts" in outcome.output, outcome.output


@pytest.mark.every_client
@pytest.mark.needs("lives_on")
def test_a_key_revoked_in_mid_run(client, server, tmp_path):
    """The script runs to its end, the data is kept on the disk and is synced with a new key. How often the reason is
    printed meanwhile depends on the moment."""
    situation = REASONS["demoted"](server)
    world, run = situation.world, run_id()
    trainer = machine(situation, client, tmp_path)
    lines = "run.log({'loss': 1.0})\nmeanwhile()\nfor i in range(30):\n    run.log({'loss': 2.0}); time.sleep(0.2)\n"
    params = {
        "code": "import time\n" + INIT.format(entity=situation.entity) + lines + "run.finish()",
        "meanwhile": world.command("key", "revoke", world.key_id(world.caller)),
        "environment": server.environment(),
    }
    assert_clean(trainer.train("typed", run, params).succeeded().output)
    (folder,) = (trainer.work / "wandb").glob("run-*")
    key = world.key(world.caller)
    trainer.wandb("sync", "--include-online", str(folder), WANDB_API_KEY=key).succeeded()
    assert len(Api(server.url, key).run(situation.entity, "digits", run).column("loss")) == 31


@pytest.mark.every_client
@pytest.mark.parametrize("name", ["NOT_MEMBER", "PROJECT_ARCHIVED"])
def test_sync(name, client, server, tmp_path, update):
    """An offline run is refused as one that begins would be."""
    situation, run = REASONS[name](server), run_id()
    trainer = machine(situation, client, tmp_path)
    trainer.train("typed", run, {"code": remedies.init(situation.init + ")")}, WANDB_MODE="offline").succeeded()
    (folder,) = (trainer.work / "wandb").glob("offline-run-*")
    outcome = trainer.wandb("sync", str(folder))
    shown("sync", name, client, outcome, update, RUN=run)


def speak(situation, language):
    """What the settings page does."""
    document = "mutation($l: String) { updateViewer(input: {language: $l}) { user { language } } }"
    situation.world.caller.api.query(document, l=language)


def sentences(language):
    return json.loads((ROOT / "locales" / f"{language}.json").read_text())


@pytest.mark.every_client(quick=True)
@pytest.mark.parametrize("name", ["NOT_MEMBER", "KEY_SCOPE read"])
def test_japanese(name, client, server, tmp_path, update):
    situation = REASONS[name](server)
    speak(situation, "ja")
    outcome, _ = refused("japanese", name, situation.init + ")", situation, client, tmp_path, update)
    assert outcome.code != 0 and "対処" in outcome.output, outcome.output


@pytest.mark.every_client(quick=True)
@pytest.mark.whole_in(TRIED, ())
@pytest.mark.parametrize("name", ["de", "es", "fr", "ja"])
def test_languages(name, client, server, tmp_path, update):
    """The language that the user has chosen in the settings; what is to be typed works in each."""
    situation = REASONS["NOT_MEMBER"](server)
    speak(situation, name)
    outcome, trainer = refused("languages", name, situation.init + ")", situation, client, tmp_path, update)
    assert outcome.code != 0, outcome.output
    remedies.typed(situation, outcome.output, trainer, label=sentences(name)["denied.NOT_MEMBER.fix"].split(":")[0])


def test_what_may_not_be_known_looks_like_what_is_not_there(server, client, tmp_path):
    """An entity that is not there, another's space and a hidden team: one and the same terminal."""
    texts = set()
    for name in (name for name in AT_INIT if name.startswith("ENTITY_UNKNOWN_OR_HIDDEN")):
        situation, run = REASONS[name](server), run_id()
        outcome = machine(situation, client, tmp_path / name.split()[1]).train(
            "typed", run, {"code": situation.init + ")"}
        )
        texts.add(normal(outcome.output, RUN=run, ENTITY=situation.entity))
    assert len(texts) == 1, texts
