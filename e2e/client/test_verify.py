"""`wandb verify`: the client's own check of a server, as far as the server goes.

Its two checks for https fail here because the tests speak http. Known to be missing: artifacts.
"""

PASS = [
    "Checking if logged in",
    "Checking signed URL upload",
    "Checking ability to send large payloads through proxy",
    "Checking CORs configuration of the bucket",
    "Checking logged metrics, saving and downloading a file",
    "Checking sweep creation and agent execution",
]


def test_verify(trainer):
    outcome = trainer.wandb("verify")
    for part in PASS:
        (line,) = [line for line in outcome.output.splitlines() if line.startswith(part)]
        assert line.endswith("✅"), outcome.output
