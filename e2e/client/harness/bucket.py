"""The S3 server of the tests."""

import os
import subprocess
import uuid

import pytest


class Bucket:
    """A folder of its own in the bucket of the tests."""

    def __init__(self):
        if "RUNSTEAD_TEST_S3_URL" not in os.environ:
            pytest.skip("no RUNSTEAD_TEST_S3_URL: run the tests through tools/s3")
        self.prefix = f"client-{uuid.uuid4().hex[:12]}"
        self.url = f"{os.environ['RUNSTEAD_TEST_S3_URL']}/{self.prefix}"

    def bytes(self) -> int:
        """How much is in it."""
        bucket = self.url.removeprefix("s3://").split("/")[0]
        answer = subprocess.run(
            ["curl", "--silent", "--fail", "--aws-sigv4", f"aws:amz:{os.environ['AWS_REGION']}:s3", "--user",
             f"{os.environ['AWS_ACCESS_KEY_ID']}:{os.environ['AWS_SECRET_ACCESS_KEY']}",
             f"{os.environ['AWS_ENDPOINT_URL']}/{bucket}/?list-type=2&max-keys=1000&prefix={self.prefix}%2F"],
            check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert "<IsTruncated>true" not in answer
        return sum(int(part.split("</Size>")[0]) for part in answer.split("<Size>")[1:])
