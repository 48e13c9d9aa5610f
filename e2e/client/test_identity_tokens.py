"""Jobs without a stored key: the client exchanges a signed token that says which job it is."""

import pytest
from harness.api import Api
from harness.issuer import Issuer
from harness.server import Server, User
from harness.training import Trainer

RULE = """mutation($input: CreateIdentityRuleInput!) { createIdentityRule(input: $input) { rule { id } } }"""
OWNER = """query($e: String!, $p: String!, $r: String!) { project(name: $p, entityName: $e) {
    run(name: $r) { submittedBy user { username } } } }"""


@pytest.fixture(scope="module")
def issuer():
    issuer = Issuer()
    yield issuer
    issuer.stop()


@pytest.fixture(scope="module")
def server(database, issuer, tmp_path_factory):
    """One whose operator trusts the issuer: its address is an internal one."""
    options = ("--trusted-issuers", issuer.url)
    server = Server(tmp_path_factory.mktemp("server"), database, options=options).start()
    yield server
    server.stop()


@pytest.fixture
def job(server, issuer, client, run, tmp_path):
    """A machine of the team's CI with a token of a job and no key; a rule of the team's admin lets the job in."""
    return Job(server, issuer, client, f"ci-{run}", tmp_path)


class Job:
    def __init__(self, server, issuer, client, robot, folder):
        self.issuer, self.audience, self.robot = issuer, server.url, robot
        self.admin, self.member = server.user(), server.user()
        self.team = server.team(self.admin, member=self.member)
        server.cli("service-account", "create", self.team, robot)
        rule = {"entityName": self.team, "serviceAccount": robot, "issuer": issuer.url, "audience": server.url}
        self.admin.api.query(RULE, input=rule | {"claims": {"repository": f"{self.team}/*"}})
        nobody = User(robot, "", Api(server.url, None))
        self.trainer = Trainer(client, server, nobody, folder, entity=self.team)
        self.token = folder / "token"

    def train(self, run, seconds=600, audience=None, **environment):
        claims = {"aud": audience or self.audience, "sub": "job", "repository": f"{self.team}/train"}
        self.token.write_text(self.issuer.sign(seconds, **claims))
        file = {"WANDB_API_KEY": None, "WANDB_IDENTITY_TOKEN_FILE": str(self.token)}
        return self.trainer.train("simple", run, **file, **environment)

    def owner(self, run):
        answer = self.admin.api.query(OWNER, e=self.team, p=self.trainer.project, r=run)["project"]["run"]
        return answer["user"]["username"], answer["submittedBy"]


@pytest.mark.every_client(quick=True)
@pytest.mark.needs("identity_tokens")
def test_a_job_logs_without_a_stored_key(job, run):
    outcome = job.train(run).succeeded()
    seen = job.admin.api.run(job.team, job.trainer.project, run)
    assert seen.state == "finished" and seen.column("loss") == [0.0, 1.0, 2.0], outcome.output
    assert job.owner(run) == (job.robot, None)
    assert not (job.trainer.home / ".netrc").exists()


@pytest.mark.every_client
@pytest.mark.needs("identity_tokens")
def test_a_job_logs_for_a_person(job, run):
    job.train(run, WANDB_USERNAME=job.member.name).succeeded()
    assert job.owner(run) == (job.member.name, job.robot)


@pytest.mark.every_client(quick=True)
@pytest.mark.needs("identity_tokens")
@pytest.mark.needs("gives_up_on_tokens")
@pytest.mark.parametrize(
    "wrong, said",
    [
        ({"seconds": -60}, "The token has expired. Get a fresh one from its issuer."),
        ({"audience": "https://elsewhere.example.org"}, "No rule about tokens of {issuer} fits this one"),
    ],
    ids=["expired", "audience"],
)
def test_a_wrong_token_is_refused_with_the_reason(wrong, said, job, run):
    outcome = job.train(run, **wrong)
    assert outcome.code != 0, outcome.output
    assert said.format(issuer=job.issuer.url) in outcome.output, outcome.output
    for noise in ('{"', "\\n", "\\u00", "<no message>"):
        assert noise not in outcome.output, outcome.output
    assert job.admin.api.find_run(job.team, job.trainer.project, run) is None
