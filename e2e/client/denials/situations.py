"""One function for each situation: it builds it on a server, as people would, and says what is typed there."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.api import Api
from harness.server import Server, User

from . import remedies
from .world import World, micros


@dataclass
class Situation:
    """A caller with a key, the place they want to write to, and what the terminal's advice is put to the proof with."""

    world: World
    entity: str | None
    remedy: Callable[..., None]
    project: str = "digits"
    key: str | None = None
    # Makes what the advice needs of somebody else: a new key, a nod of the admin.
    help: Callable[[], str | None] = lambda: None
    # Ends what concerns the whole server.
    after: Callable[[], object] = lambda: None
    environment: dict[str, str | None] = field(default_factory=dict)

    @property
    def init(self) -> str:
        entity = f"entity='{self.entity}', " if self.entity else ""
        return f"wandb.init({entity}project='{self.project}'"


UPDATE_TEAM = "mutation($input: UpdateTeamInput!) { updateTeam(input: $input) { entity { name } } }"

REASONS: dict[str, Callable[[Server], Situation]] = {}
AT_INIT: list[str] = []


def reason(code: str, at_init: bool = True):
    """Registers a situation under the code it leads to, with a word behind it where there are several."""

    def register(build: Callable[[World], Situation]):
        REASONS[code] = lambda server: build(World(server))
        if at_init:
            AT_INIT.append(code)
        return build

    return register


def bad_key(world: World, key: str | None, **environment: str | None) -> Situation:
    """A key that is no good: logging in with a new one helps."""
    fresh = lambda: world.key(world.caller)  # noqa: E731
    return Situation(world, None, remedies.login, key=key, help=fresh, environment=environment)


def checksum(start: str) -> str:
    """The last six characters of a key of ours (docs/keys.md)."""
    rest, digits = zlib.crc32(start.encode()) % 36**6, ""
    for _ in range(6):
        rest, digit = divmod(rest, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


@reason("KEY_MISSING")
def key_missing(world):
    return bad_key(world, None, WANDB_API_KEY=None)


@reason("KEY_MALFORMED")
def key_malformed(world):
    return bad_key(world, "key-" + "0123456789" * 4)


@reason("KEY_UNKNOWN")
def key_unknown(world):
    start = world.caller.key.split("-")[0] + "-" + "x" * 34
    return bad_key(world, start + checksum(start))


@reason("KEY_OTHER_SERVER")
def key_other_server(world):
    return bad_key(world, "0123456789abcdef" * 2 + "01234567")


@reason("KEY_REVOKED")
def key_revoked(world):
    world.server.cli("key", "revoke", world.key_id(world.caller))
    return bad_key(world, world.caller.key)


@reason("KEY_EXPIRED")
def key_expired(world):
    # No key can be made that lives for less than a day.
    world.sql(f"UPDATE api_key SET expires_at = {micros() - 3_600_000_000} WHERE id = {world.key_id(world.caller)}")
    return bad_key(world, world.caller.key)


@reason("KEY_SCOPE read")
def key_scope(world):
    return bad_key(world, world.key(world.caller, "--scope", "read"))


@reason("KEY_SCOPE project")
def key_of_another_project(world):
    return bad_key(world, world.key(world.caller, "--project", world.project(world.caller.name, "letters")))


@reason("USER_DISABLED")
def user_disabled(world):
    name = world.caller.name
    world.admin = world.root()
    world.server.cli("user", "disable", name)
    return Situation(world, None, remedies.ask, help=lambda: world.server.cli("user", "enable", name))


@reason("ENTITY_PLACEHOLDER")
def placeholder(world):
    return Situation(world, "my-awesome-team-name", remedies.typed)


@reason("NOT_MEMBER")
def not_member(world):
    return Situation(world, world.team(), remedies.typed)


@reason("NOT_MEMBER request")
def not_member_who_asks(world):
    return Situation(world, world.team(), remedies.request)


@reason("ENTITY_UNKNOWN_OR_HIDDEN unknown")
def unknown(world):
    return Situation(world, world.name("no-such-team"), remedies.typed)


@reason("ENTITY_UNKNOWN_OR_HIDDEN space")
def space_of_another(world):
    return Situation(world, world.user("rob").name, remedies.typed)


@reason("ENTITY_UNKNOWN_OR_HIDDEN hidden")
def hidden_team(world):
    team = world.team("night-owls")
    world.admin.api.query(UPDATE_TEAM, input={"entityName": team, "hidden": True})
    return Situation(world, team, remedies.typed)


@reason("INVITE_PENDING")
def invite_pending(world):
    team = world.team()
    document = "mutation($input: InviteInput!) { invite(input: $input) { url } }"
    world.admin.api.query(document, input={"entityName": team, "userName": world.caller.name, "role": "member"})
    return Situation(world, team, remedies.accept)


@reason("ROLE_TOO_LOW")
def viewer(world):
    team = world.team(viewer=world.caller)
    world.project(team)
    promote = lambda: world.server.cli("team", "add", team, world.caller.name, "--role", "member")  # noqa: E731
    return Situation(world, team, remedies.typed_then_ask, help=promote)


@reason("PROJECT_CREATE_FORBIDDEN")
def viewer_of_a_team(world):
    return Situation(world, world.team(viewer=world.caller), remedies.typed)


@reason("PROJECT_RESTRICTED")
def restricted(world):
    team = world.team(member=world.caller)
    project = world.project(team, visibility="restricted")
    add = lambda: world.server.cli("project", "add", project, world.caller.name)  # noqa: E731
    return Situation(world, team, remedies.ask, help=add)


@reason("PROJECT_ARCHIVED")
def archived(world):
    team = world.team(member=world.caller)
    project = world.project(team)
    world.server.cli("project", "archive", project)
    return Situation(world, team, remedies.ask, help=lambda: world.server.cli("project", "unarchive", project))


@reason("SERVICE_ACCOUNT_OUT_OF_TEAM")
def service_account(world):
    own, other = world.server.team(world.user("rob"), world.name("speech")), world.team()
    robot = world.name("robot")
    key = world.server.cli("service-account", "create", own, robot, "--print-api-key").stdout.strip()
    world.caller = User(robot, key, Api(world.server.url, key))
    return Situation(world, other, remedies.typed)


@reason("QUOTA")
def quota(world):
    team = world.team(member=world.caller)
    remedies.upload(world.admin, team, b"x" * 2000)
    world.admin.api.query(UPDATE_TEAM, input={"entityName": team, "quotaBytes": 1000})
    return Situation(world, team, remedies.typed)


@reason("READ_ONLY")
def read_only(world):
    def switch(reason):
        document = "mutation($r: String) { updateServer(input: {readOnly: $r}) { administration { __typename } } }"
        world.root().api.query(document, r=reason)

    def end():
        switch("")

    switch("moving house until 18:00 UTC")
    return Situation(world, None, remedies.offline, help=end, after=end)


@reason("PROJECT_UNKNOWN", at_init=False)
def project_unknown(world):
    """Reading only: a project that is written to is made."""
    world.project(world.caller.name)
    return Situation(world, None, remedies.typed)


@reason("RUN_NOT_YOURS", at_init=False)
def run_of_another(world):
    team = world.team(member=world.caller)
    remedies.upload(world.admin, team, b"")
    return Situation(world, team, remedies.ask)


@reason("demoted", at_init=False)
def member(world):
    """Nothing is wrong yet."""
    return Situation(world, world.team(member=world.caller), remedies.typed)
