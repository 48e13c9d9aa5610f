"""How each system is started, and the sizes it is measured at: the slow ones get less, and each row says how much."""

import json
import os
import subprocess
import sys
import urllib.request
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from process import PRIORITY, Server, cpu, free_port, size

HERE = Path(__file__).resolve().parent
SENDER = os.environ["BENCH_SENDER"]
RUNSTEAD = os.environ["RUNSTEAD_BIN"]
POSTGRES = os.environ.get("RUNSTEAD_TEST_POSTGRES_URL", "")


def environment(name: str) -> Path:
    """The Python environment of a system, named by `tools/bench`."""
    return Path(os.environ[f"BENCH_ENV_{name.upper().replace('-', '_')}"])


def outside(command: list[str], variables: dict[str, str], timeout: float = 3600, calm: bool = False) -> str:
    """What a command prints; a calm one does not get the priority of what is measured."""
    base = {"PATH": os.environ["PATH"], "HOME": "/tmp", "LANG": "C.UTF-8", **variables}
    done = subprocess.run(
        [*([] if calm else PRIORITY), *command], env=base, capture_output=True, text=True, timeout=timeout
    )
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:], file=sys.stderr)
        lines = done.stderr.strip().splitlines() or ["no words"]
        raise RuntimeError(f"exit code {done.returncode}: {lines[-1][:200]}")
    return done.stdout


@dataclass
class System:
    """A running system: asked by its own client, or by the sender where it speaks the same protocol."""

    name: str
    kind: str
    server: Server | None
    data: Path
    variables: dict[str, str]
    proof: str = ""
    also: list[int] = field(default_factory=list)
    stored: Callable[[], int] | None = None

    def processes(self) -> list[int]:
        return ([self.server.id] if self.server else []) + self.also

    def client(self, phase: str, **arguments) -> dict:
        """A phase of `clients/KIND.py`: seconds, processor seconds of the servers, the result."""
        script = str(HERE / "clients" / f"{self.kind}.py")
        words = [str(environment(self.kind) / "bin" / "python"), script, phase]
        output = outside([*words, json.dumps({"servers": self.processes(), **arguments})], self.variables)
        return json.loads(next(line for line in reversed(output.splitlines()) if line.startswith("RESULT "))[7:])

    def send(self, part: str, *numbers: int, calm: bool = False) -> dict:
        """A part of `benches at`, with the processor seconds of everything that serves."""
        before = cpu(*self.processes())
        address = f"127.0.0.1:{self.server.port}"
        command = [SENDER, "at", address, self.proof, str(self.server.id), part, *map(str, numbers)]
        answer = json.loads(outside(command, {}, calm=calm))
        # The sender's own figure begins after the runs are made, but is of one process alone.
        return answer | ({"cpu": cpu(*self.processes()) - before} if self.also else {})

    def ask(self, path: str, body: object = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": self.proof, "Content-Type": "application/json"}
        return urllib.request.urlopen(urllib.request.Request(self.server.url + path, data, headers), timeout=120).read()

    def bytes(self) -> int:
        return self.stored() if self.stored else size(self.data)

    def stop(self) -> None:
        if self.server:
            self.server.stop()


def limits(folder: Path, rows: int, metrics: int) -> dict:
    """What one thread does that only parses such bodies (points a second), or only appends them (bodies a second)."""
    folder.mkdir(parents=True, exist_ok=True)
    return json.loads(outside([SENDER, "limits", str(folder), str(rows), str(metrics)], {}))


def duckdb(phase: str, **arguments) -> dict:
    """A phase of `clients/scan.py`, over Parquet files and without a server."""
    words = [str(environment("readers") / "bin" / "python"), str(HERE / "clients" / "scan.py"), phase]
    return json.loads(outside([*words, json.dumps(arguments)], {}).splitlines()[-1].removeprefix("RESULT "))


def basic(key: str) -> str:
    return "Basic " + b64encode(f"api:{key}".encode()).decode()


def runstead(
    folder: Path, database: str | None = None, key: str | None = None, calm: bool = False, storage: str | None = None
) -> System:
    """Started where it was before when a key is given; calmly when it is only to be filled."""
    port, data = free_port(), folder / "data"
    place = ["--data-dir", str(data), *(["--database-url", database] if database else [])]
    place += ["--storage-url", storage] if storage else []
    secrets = {name: value for name, value in os.environ.items() if name.startswith("AWS_")} if storage else {}
    command = [RUNSTEAD, "serve", "--log-level", "warn", "--listen", f"127.0.0.1:{port}", *place]
    server = Server(command, port, folder, "/healthz", secrets, calm=calm)
    key = key or outside([RUNSTEAD, "user", "create", "bench", "--print-api-key", *place], secrets).strip()
    variables = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": key, "WANDB_DIR": str(folder), "HOME": str(folder)}
    variables |= {"WANDB_ERROR_REPORTING": "false", "WANDB_SILENT": "true", "WANDB_DISABLE_GIT": "true"}
    variables["WANDB_DATA_DIR"] = variables["WANDB_CACHE_DIR"] = str(folder / "client")
    return System("Runstead", "runstead", server, data, variables, basic(key))


def openwandb(folder: Path) -> System:
    port, data = free_port(), folder / "data"
    command = [str(environment("openwandb") / "bin" / "openwandb"), "serve", "--host", "127.0.0.1", "-p", str(port)]
    server = Server([*command, "--data-dir", str(data), "--log-level", "error"], port, folder)
    key = "local" + "0" * 40
    variables = {"WANDB_BASE_URL": server.url, "WANDB_API_KEY": key, "WANDB_DIR": str(folder), "HOME": str(folder)}
    return System("openwandb", "runstead", server, data, variables | {"WANDB_SILENT": "true"}, basic(key))


def mlflow(folder: Path, database: str | None = None) -> System:
    port, data = free_port(), folder / "data"
    data.mkdir(parents=True)
    store = database or f"sqlite:///{data}/mlflow.db"
    command = [str(environment("mlflow") / "bin" / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", store, "--artifacts-destination", str(data / "artifacts")]
    path = f"{environment('mlflow')}/bin:{os.environ['PATH']}"
    server = Server(command, port, folder, "/health", {"PATH": path})
    name = "mlflow, PostgreSQL" if database else "mlflow, SQLite"
    variables = {"MLFLOW_TRACKING_URI": server.url, "HOME": str(folder), "PATH": path}
    return System(name, "mlflow", server, data, variables)


def trackio(folder: Path) -> System:
    port, data, token = free_port(), folder / "data", "bench-token"
    variables = {"TRACKIO_DIR": str(data), "TRACKIO_WRITE_TOKEN": token, "HF_HUB_OFFLINE": "1", "HOME": str(folder)}
    code = f"import trackio; trackio.show(open_browser=False, host='127.0.0.1', server_port={port}, block_thread=True)"
    server = Server([str(environment("trackio") / "bin" / "python"), "-c", code], port, folder, "/", variables)
    client = {"TRACKIO_SERVER_URL": server.url, "TRACKIO_WRITE_TOKEN": token, "HF_HUB_OFFLINE": "1"}
    return System(
        "trackio", "trackio", server, data, client | {"TRACKIO_DIR": str(folder / "client"), "HOME": str(folder)}
    )


def aim(folder: Path) -> System:
    port, data = free_port(), folder / "data"
    data.mkdir(parents=True)
    path = f"{environment('aim')}/bin:{os.environ['PATH']}"
    outside([str(environment("aim") / "bin" / "aim"), "init", "--repo", str(data)], {"PATH": path, "HOME": str(folder)})
    command = [str(environment("aim") / "bin" / "aim"), "up", "--host", "127.0.0.1", "--port", str(port)]
    server = Server([*command, "--repo", str(data), "--yes"], port, folder, "/", {"PATH": path})
    return System("aim", "aim", server, data, {"BENCH_REPO": str(data), "BENCH_URL": server.url, "HOME": str(folder)})


def tensorboard(folder: Path) -> System:
    port, data = free_port(), folder / "data"
    data.mkdir(parents=True)
    command = [str(environment("tensorboard") / "bin" / "tensorboard"), "--host", "127.0.0.1", "--port", str(port)]
    server = Server([*command, "--logdir", str(data), "--reload_interval", "1"], port, folder)
    return System("tensorboard", "tensorboard", server, data, {"BENCH_REPO": str(data), "BENCH_URL": server.url})


def databases(folder: Path) -> Iterator[tuple[str, System]]:
    """A fresh server on SQLite, then one on PostgreSQL where there is one."""
    yield "SQLite", runstead(folder / "sqlite")
    if POSTGRES:
        yield "PostgreSQL", runstead_postgres(folder / "postgres")


def runstead_postgres(folder: Path) -> System:
    system = runstead(folder, postgres_database("runstead"))
    system.name, system.also = "Runstead, PostgreSQL", postgres_process()
    system.stored = lambda: size(system.data) + postgres_size("runstead")
    return system


def mlflow_postgres(folder: Path) -> System:
    system = mlflow(folder, postgres_database("mlflow").replace("postgres://", "postgresql+psycopg2://"))
    system.also, system.stored = postgres_process(), lambda: postgres_size("mlflow")
    return system


def postgres_database(name: str) -> str:
    """A new database; its address."""
    psql(f"drop database if exists {name} with (force)")
    psql(f"create database {name}")
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


def postgres_size(name: str) -> int:
    return int(psql(f"select pg_database_size('{name}')"))


def postgres_process() -> list[int]:
    """The process that all others of PostgreSQL come from."""
    port = POSTGRES.rsplit(":", 1)[1].split("/")[0].encode()
    lines = {int(path.parent.name): path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")}
    return [process for process, line in lines.items() if b"postgres\0" in line and b"-p\0" + port + b"\0" in line]


def psql(statement: str) -> str:
    return outside([os.environ["RUNSTEAD_TEST_PSQL"], POSTGRES, "-qAtc", statement], {}).strip()
