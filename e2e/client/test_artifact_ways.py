"""Artifacts that name each other early, change their type, are found by digest, and inherit how long they live."""

FOUND = """query F($entity: String!, $name: String!) { project(entityName: $entity, name: "vision") {
  artifact(name: $name) { id versionIndex artifactSequence { id name } } } }"""
SET_TTL = """mutation T($id: ID!, $seconds: Int64) { setArtifactTtl(input: {collectionID: $id, seconds: $seconds}) {
  artifactCollection { id } } }"""


def test_the_ways_of_artifacts(trainer, run):
    told = trainer.train("artifact_ways", run).succeeded().result
    assert told["references"] == {"numbers.table.json": "wandb-artifact"}
    assert told["table"] == [[1], [2]]
    assert told["linked"] == ["three:v0", ["early", "latest"]]
    assert told["moved"] == ["evaluation", ["one"]]
    assert told["left"] == ["three", "two"]
    api = trainer.user.api

    def found(name):
        return api.query(FOUND, entity=trainer.user.name, name=name)["project"]["artifact"]

    version = found("one:v0")
    assert found(f"one:{told['digest']}") == version
    assert found("one:0123456789abcdef0123456789abcdef") is None
    # The collection's time to live is that of its versions, until one of them has its own.
    api.query(SET_TTL, id=version["artifactSequence"]["id"], seconds=3600 * 24)
    again = trainer.train("artifact_ways", params={"again": True, "at": told["at"]}).succeeded().result
    assert again == {"ttl": told["day"], "kept": None}
