"""Raw writers that do as the client does: one request in flight, the same again until it is taken."""

import http.client
import json
import random
import threading
import time

from .api import Api


class Writer(threading.Thread):
    """Streams rows into one run until told to stop; a failed request is sent again, byte for byte."""

    def __init__(self, api: Api, entity: str, project: str, run: str, seed: int):
        super().__init__(daemon=True)
        self.api, self.path = api, (entity, project, run)
        self.random = random.Random(seed)
        self.sent = 0
        self.acknowledged = 0
        self.retries = 0
        self.refused: list[str] = []
        self.stopping = threading.Event()

    def row(self, step: int) -> dict:
        """Row `step`, always the same, so that whoever reads it back knows what it must be."""
        return {"_step": step, "loss": step * 0.5, "square": step * step, "run": self.path[2], "even": step % 2 == 0}

    def line(self, number: int) -> str:
        """Console line `number`."""
        return f"line {number} of {self.path[2]}"

    def run(self) -> None:
        while not self.stopping.is_set():
            size = self.random.choice([1, 1, 10, 200])
            rows = [json.dumps(self.row(step)) for step in range(self.acknowledged, self.acknowledged + size)]
            lines = [
                f"2026-01-01T00:00:00.000000 {self.line(step)}"
                for step in range(self.acknowledged, self.acknowledged + size)
            ]
            body = {
                "files": {
                    "wandb-history.jsonl": {"offset": self.acknowledged, "content": rows},
                    "output.log": {"offset": self.acknowledged, "content": lines},
                    "wandb-summary.json": {"offset": 0, "content": [rows[-1]]},
                },
                # At an end of the run its streams are compacted, so that kills hit that too.
                "complete": self.random.random() < 0.1,
                "exitcode": 0,
            }
            self.sent = max(self.sent, self.acknowledged + size)
            self.deliver(body)
            self.acknowledged += size

    def deliver(self, body: dict) -> None:
        """Until the server says 200. A promise once made to the server is kept even when stopping."""
        while True:
            try:
                answer = self.api.stream(*self.path, body, timeout=30)
                if answer.status == 200:
                    return
                if answer.status < 500 and answer.status != 429:
                    self.refused.append(f"{answer.status}: {answer.body[:300]!r}")
                    raise RuntimeError(self.refused[-1])
            except (OSError, http.client.HTTPException):
                pass
            self.retries += 1
            time.sleep(0.05)


CREATE = """mutation C($e: String!, $p: String!, $r: String!, $f: [String!]!) {
  createRunFiles(input: {entityName: $e, projectName: $p, runName: $r, files: $f}) { files { uploadUrl } } }"""


class Uploader(threading.Thread):
    """Uploads files into one run until told to stop; `promised` has the content of those the server took."""

    def __init__(self, api: Api, entity: str, project: str, run: str):
        super().__init__(daemon=True)
        self.api, self.path = api, (entity, project, run)
        self.promised: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        number = 0
        while not self.stopping.is_set():
            # Every third is long enough to be written in parts.
            content = f"{number} ".encode() * (10_000 if number % 3 else 5_000_000)
            try:
                self.upload(f"dir/{number}.bin", content)
                number += 1
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)

    def upload(self, name: str, content: bytes) -> None:
        entity, project, run = self.path
        answer = self.api.graphql(CREATE, e=entity, p=project, r=run, f=[name])
        if answer.status == 200 and not answer.errors:
            url = answer.json["data"]["createRunFiles"]["files"][0]["uploadUrl"]
            answer = self.api.request("PUT", url, content)
            if answer.status == 200:
                self.promised[name] = content
                return
        if answer.status < 500:
            self.refused.append(f"{answer.status}: {answer.body[:300]!r}")
        raise OSError(answer.status)
