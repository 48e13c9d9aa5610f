"""What the terminal advises is taken from the text that it printed, typed as it stands there, and must work."""

import base64
import os
import pty
import re
import select
import shlex
import subprocess
import time

from harness.api import Api
from harness.server import User
from harness.training import run_id

RUN = "run.log({'loss': 1.0})\nrun.finish()\n"


def init(line: str) -> str:
    """A script around a line of code that begins a run."""
    return f"run = {line}\n{RUN}"


def again(situation, trainer, **environment) -> None:
    """What was refused works now."""
    run = run_id()
    trainer.train("typed", run, {"code": init(situation.init + ")")}, **environment).succeeded()
    arrived(situation, run, situation.entity or situation.world.caller.name, situation.project)


def arrived(situation, run: str, entity: str, project: str) -> None:
    """The run is there, with its row."""
    (found,) = situation.world.sql(
        "SELECT count(*) FROM run r JOIN project p ON p.id = r.project_id JOIN entity e ON e.id = p.entity_id "
        f"WHERE r.name = '{run}' AND p.name = '{project}' AND e.name = '{entity}' AND r.summary LIKE '%loss%'"
    )
    assert found == "1", f"no run {entity}/{project}/{run}"


def line(text: str, label: str) -> str:
    """What is behind `Fix:`, `Ask:` or `Details:` in what was printed; the last, where a traceback repeats it."""
    found = re.findall(rf"(?m)^(?:wandb: ERROR )?{label}: (.*?)\s*$", text)
    assert found, f"no {label} line in:\n{text}"
    return found[-1]


def typed(situation, text, trainer, label: str = "Fix") -> None:
    """The line of code that begins the run elsewhere."""
    code = re.match(r"wandb\.init\(.*?\)", line(text, label))
    assert code, text
    entity, project = (re.search(rf"{name}='([^']*)'", code.group()).group(1) for name in ("entity", "project"))
    assert entity != situation.entity
    run = run_id()
    trainer.train("typed", run, {"code": init(code.group())}).succeeded()
    arrived(situation, run, entity, project)


def ask(situation, text, trainer) -> None:
    """The admin named does it."""
    assert re.match(rf"{situation.world.admin.name}\b", line(text, "Ask")), text
    situation.help()
    again(situation, trainer)


def typed_then_ask(situation, text, trainer) -> None:
    typed(situation, text, trainer)
    ask(situation, text, trainer)


def login(situation, text, trainer) -> None:
    """A new key, typed when `wandb login` asks for it."""
    # Without a key the client asks nobody, and gives the advice itself.
    command = "wandb login" if situation.key is None else line(text, "Fix")
    words = shlex.split(command[command.index("wandb login") :])
    key = situation.help()
    output = at_a_terminal(trainer, words, key)
    assert key in (trainer.home / ".netrc").read_text(), output
    # Some versions do not find what they have written themselves.
    again(situation, trainer, WANDB_API_KEY=key if trainer.client.lacks("netrc_with_port") else None)


def at_a_terminal(trainer, words: list[str], key: str) -> str:
    """Types a command, and the key when it is asked for."""
    ours, theirs = pty.openpty()
    command = [str(trainer.client.folder / "bin" / words[0]), *words[1:]]
    environment = trainer.environment(WANDB_API_KEY=None, TERM="xterm")
    process = subprocess.Popen(
        command, cwd=trainer.work, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    output, told, deadline = "", False, time.monotonic() + 60
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.2)[0]:
            if process.poll() is not None:
                break
            continue
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the end, as Linux tells it
            break
        output += piece.decode(errors="replace")
        if "hit enter" in output and not told:
            time.sleep(0.3)
            os.write(ours, key.encode() + b"\n")
            told = True
    os.close(ours)
    assert process.wait(timeout=30) == 0, output
    return output


def request(situation, text, trainer) -> None:
    """Asked for behind the link, granted by the admin, and typed again; what was logged meanwhile is synced."""
    reference = re.search(r"/e/(\w+)", line(text, "Details")).group(1)
    world = situation.world
    run = run_id()
    trainer.train("typed", run, {"code": init(situation.init + ")")}, WANDB_MODE="offline").succeeded()
    world.caller.api.query(
        "mutation($r: ID!) { requestAccess(input: {reference: $r}) { denial { reference } } }", r=reference
    )
    (asked,) = world.admin.api.query("{ accessRequests { id user } }")["accessRequests"]
    assert asked["user"] == world.caller.name
    document = "mutation($id: ID!) { answerAccessRequest(input: {id: $id, approve: true}) { request { state } } }"
    world.admin.api.query(document, id=asked["id"])
    again(situation, trainer)
    (folder,) = (trainer.work / "wandb").glob("offline-run-*")
    trainer.wandb("sync", str(folder)).succeeded()
    arrived(situation, run, situation.entity, situation.project)


def accept(situation, text, trainer) -> None:
    """The link leads to the invitation, and accepting it lets in."""
    link = re.search(r"http\S+/invite\?id=(\d+)", line(text, "Fix"))
    assert link.group().startswith(situation.world.server.url)
    invitation = base64.b64encode(f"Invitation:{link.group(1)}".encode()).decode()
    situation.world.caller.api.query(
        "mutation($id: ID!) { acceptInvitation(input: {id: $id}) { entity { name } } }", id=invitation
    )
    again(situation, trainer)


def offline(situation, text, trainer) -> None:
    """Logged offline while nothing is written, and synced afterwards, both as typed."""
    export, sync = re.match(r"export (\S+), .*: (wandb sync .*)", line(text, "Fix")).groups()
    name, value = export.split("=")
    run = run_id()
    trainer.train("typed", run, {"code": init(situation.init + ")")}, **{name: value}).succeeded()
    situation.help()
    time.sleep(1)  # settings are read anew every half second
    subprocess.run(["bash", "-c", sync], cwd=trainer.work, env=trainer.environment(), check=True, timeout=120)
    arrived(situation, run, situation.world.caller.name, situation.project)


def upload(user: User, entity: str, content: bytes) -> None:
    """Something kept: a run with a file."""
    user.api.upsert(entityName=entity, modelName="kept", name="one")
    document = """mutation($e: String!) { createRunFiles(input: {entityName: $e, projectName: "kept", runName: "one",
        files: ["weights.bin"]}) { files { uploadUrl } } }"""
    url = user.api.query(document, e=entity)["createRunFiles"]["files"][0]["uploadUrl"]
    assert Api("", None).request("PUT", url, content).status == 200
