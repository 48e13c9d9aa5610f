"""Logs references of every kind, and reads them back."""

from pathlib import Path

import wandb
from params import result
from wandb.sdk.artifacts.artifact_manifest_entry import ArtifactManifestEntry

# What the client notes of objects in stores that it has asked.
STORES = {
    "s3": ArtifactManifestEntry(
        path="s3", ref="s3://bucket/a%20b.bin", digest="0cc1", size=7, extra={"etag": "0cc1", "versionID": "v.1"}
    ),
    "gs": ArtifactManifestEntry(
        path="gs", ref="gs://bucket/deep/b.bin", digest="CJ==", size=8, extra={"etag": "CJ==", "versionID": "17"}
    ),
    "azure": ArtifactManifestEntry(
        path="azure",
        ref="https://account.blob.core.windows.net/container/c.bin",
        digest="0x8D",
        size=9,
        extra={"etag": "0x8D"},
    ),
}

here = Path("here.txt")
here.write_text("of this machine")
folder = Path("folder/deep")
folder.mkdir(parents=True)
(folder / "one.txt").write_text("one")

run = wandb.init()
artifact = wandb.Artifact("references", "dataset")
for entry in STORES.values():
    artifact.manifest.add_entry(entry)
artifact.add_reference(here.absolute().as_uri(), name="file")
artifact.add_reference(Path("folder").absolute().as_uri(), name="folder")
artifact.add_reference("https://example.org/big.tar", name="http", checksum=False)
artifact.add_reference(here.absolute().as_uri(), name="unchecked", checksum=False)
run.log_artifact(artifact).wait()
run.finish()

again = wandb.Api().artifact(f"{run.entity}/{run.project}/references:v0")
entries = again.manifest.entries
result(
    {
        "stores": {
            name: all(
                getattr(entries[name], part) == getattr(entry, part) for part in ("ref", "digest", "size", "extra")
            )
            for name, entry in STORES.items()
        },
        "names": sorted(entries),
        "file": Path(again.get_entry("file").download()).read_text(),
        "deep": Path(again.get_entry("folder/deep/one.txt").download()).read_text(),
        "http": entries["http"].ref,
        "size": again.size,
        "files": {file.name: file.url for file in again.files()},
    }
)
