"""`runstead doctor` finds what the client finds: host, key, entity, project, in every place they may be written."""

import json
import subprocess

import pytest
from harness.server import binary

GLOBAL = "home/.config/wandb/settings"
LOCAL = "work/wandb/settings"
NETRC = "home/.netrc"


def keys(text):
    """A text with `KEY1`, `KEY2` … written out."""
    for digit in "123456789":
        text = text.replace(f"KEY{digit}", digit * 40)
    return text


def settings(**values):
    """A settings file."""
    return "[default]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())


def netrc(**entries):
    """A netrc file of entries NAME=KEY; `HOST` and `PORT` are filled in later."""
    machines = {"bare": "machine HOST", "port": "machine HOST:PORT", "any": "default", "other": "machine HOST:1"}
    return "".join(f"{machines[name]}\n  login user\n  password {key}\n" for name, key in entries.items())


# Name of a situation: variables, files.
SITUATIONS = {
    "nothing": ({}, {}),
    "variables": (
        {"WANDB_BASE_URL": "SERVER/", "WANDB_API_KEY": "KEY1", "WANDB_ENTITY": "env", "WANDB_PROJECT": "env"},
        {GLOBAL: settings(base_url="http://global", entity="global"), NETRC: netrc(bare="KEY2", port="KEY3")},
    ),
    "global settings": ({}, {GLOBAL: settings(base_url="SERVER", entity="global", project="global")}),
    "local settings": (
        {},
        {
            GLOBAL: settings(base_url="http://global", entity="global"),
            LOCAL: settings(base_url="SERVER", project="local"),
        },
    ),
    "hidden local settings": (
        {},
        {
            LOCAL: settings(base_url="http://local"),
            "work/.wandb/settings": settings(base_url="SERVER", entity="hidden"),
        },
    ),
    "settings elsewhere": (
        {"WANDB_CONFIG_DIR": "FOLDER/conf"},
        {GLOBAL: settings(base_url="http://global", entity="global"), "conf/settings": settings(entity="moved")},
    ),
    "the folder of runs is not where settings are": (
        {"WANDB_DIR": "FOLDER/runs"},
        {LOCAL: settings(entity="local"), "runs/wandb/settings": settings(entity="runs")},
    ),
    "settings without their section": ({"WANDB_BASE_URL": "SERVER"}, {GLOBAL: settings().replace("default", "other")}),
    "comments and spaces": ({}, {GLOBAL: "# mine\n[default]\n; c\nBase_URL: SERVER/\n\nentity=lab\nproject = a b\n"}),
    "empty variables": (
        {"WANDB_BASE_URL": "SERVER", "WANDB_API_KEY": "", "WANDB_ENTITY": "", "WANDB_PROJECT": ""},
        {GLOBAL: settings(entity="global", project="global"), NETRC: netrc(bare="KEY1", port="KEY2")},
    ),
    "netrc": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(bare="KEY1", port="KEY2")}),
    "netrc without the port": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(bare="KEY1")}),
    "netrc with the port": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(port="KEY1")}),
    "netrc for any machine": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(other="KEY1", any="KEY2")}),
    "netrc of another port": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(other="KEY1")}),
    "netrc twice": (
        {"WANDB_BASE_URL": "SERVER"},
        {NETRC: netrc(bare="KEY1", port="KEY1") + netrc(bare="KEY2", port="KEY3")},
    ),
    "netrc elsewhere": (
        {"WANDB_BASE_URL": "SERVER", "NETRC": "FOLDER/mine"},
        {NETRC: netrc(bare="KEY1", port="KEY1"), "mine": netrc(bare="KEY2", port="KEY2")},
    ),
    "netrc of Windows": ({"WANDB_BASE_URL": "SERVER"}, {"home/_netrc": netrc(bare="KEY1", port="KEY2")}),
    "malformed netrc": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: netrc(bare="KEY1", port="KEY1") + "passwort x\n"}),
    "commented netrc": ({"WANDB_BASE_URL": "SERVER"}, {NETRC: "# mine\n" + netrc(bare="KEY1 # a key", port="KEY2")}),
    "key in settings": ({}, {GLOBAL: settings(base_url="SERVER", api_key="KEY1")}),
    "key in settings and netrc": (
        {},
        {GLOBAL: settings(base_url="SERVER", api_key="KEY1"), NETRC: netrc(bare="KEY2", port="KEY3")},
    ),
}

UNSET = dict.fromkeys(["WANDB_BASE_URL", "WANDB_API_KEY", "WANDB_ENTITY", "WANDB_PROJECT"])


def doctor(trainer, environment):
    """The doctor's findings: facts by check."""
    command = [binary(), "doctor", "--json"]
    done = subprocess.run(command, cwd=trainer.work, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    facts = {}
    for finding in json.loads(done.stdout)["checks"]:
        facts.setdefault(finding["check"], {"code": finding["code"]}).update(finding["facts"])
    return facts


def hint(key):
    """What the doctor shows of a key."""
    prefix, dash, _ = key.rpartition("-")
    return f"{prefix}{dash}…{key[-4:]}"


@pytest.mark.every_client
@pytest.mark.parametrize("situation", SITUATIONS)
def test_the_doctor_finds_what_the_client_uses(trainer, situation):
    variables, files = SITUATIONS[situation]
    host, port = trainer.server.url.removeprefix("http://").split(":")

    def real(text):
        text = text.replace("SERVER", trainer.server.url).replace("FOLDER", str(trainer.folder))
        return keys(text.replace("HOST:PORT", f"{host}:{port}").replace("HOST", host))

    for path, text in files.items():
        path = trainer.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(real(text))
        path.chmod(0o600)
    # A default of the client is a server far away: nobody may ask it in a test.
    nowhere = {"HTTPS_PROXY": "http://127.0.0.1:1", "WANDB_HTTP_TIMEOUT": "1"}
    extra = UNSET | nowhere | {name: real(value) for name, value in variables.items()}
    used = trainer.train("sources", **extra).succeeded().result
    found = doctor(trainer, trainer.environment(**extra))

    assert found["client"]["version"] == trainer.client.version
    assert found["host"]["host"] == used["host"]
    key = found["key"].get("key") if found["key"]["code"] == "key.found" else None
    assert key == (hint(used["key"]) if used["key"] else None), found["key"]
    assert found["entity"].get("entity") == (used["entity"] or None)
    project = found["project"].get("project") if found["project"]["code"] == "project.found" else None
    assert project == (used["project"] or None)


@pytest.mark.every_client
def test_a_healthy_machine_trains(trainer, run):
    """Where the doctor finds no fault, a run arrives where it said."""
    found = doctor(trainer, trainer.environment())
    assert found["access"]["entity"] == trainer.user.name
    assert not [check for check in found.values() if check["code"].startswith("login.refused")]
    trainer.train("simple", run).succeeded()
    assert trainer.seen(run, found["access"]["entity"], found["access"]["project"]).state == "finished"
