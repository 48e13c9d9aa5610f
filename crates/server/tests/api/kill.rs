//! What was acknowledged is there, once, whenever the process is killed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// Requests between two kills, and rows of each: together more than a tail holds before it is compacted.
const REQUESTS: usize = 4;
const ROWS: usize = 6000;

struct Server {
    process: Child,
    /// Kept open: the server ends when it cannot write what it has to say.
    _output: BufReader<std::process::ChildStdout>,
    address: String,
    key: String,
}

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runstead"));
    command.env_clear().env("RUNSTEAD_DATA_DIR", data).env("LANG", "C.UTF-8").stdout(Stdio::piped());
    command
}

impl Server {
    fn start(data: &Path, key: &str) -> Self {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut process = program(data).args(["serve", "--log-level", "warn", "--listen", &address]).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        assert!(output.by_ref().lines().map_while(Result::ok).any(|line| line.starts_with("listening on")));
        Self { process, _output: output, address, key: key.to_owned() }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let client = reqwest::Client::new();
        let request = client.post(format!("http://{}{path}", self.address)).bearer_auth(&self.key);
        let answer = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert!(status.is_success(), "{status} {text}");
        serde_json::from_str(&text).unwrap()
    }

    async fn ask(&self, query: &str) -> Value {
        let answer = self.post("/graphql", &json!({ "query": query })).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// Sends rows that were not sent before, or that were.
    async fn send(&self, first: usize, complete: bool) {
        let rows: Vec<String> = (first..first + ROWS)
            .map(|step| {
                let metrics: String = (0..12).map(|m| format!(",\"m{m}\":{}", (step * (m + 1)) as f64 / 7.0)).collect();
                format!("{{\"_step\":{step}{metrics}}}")
            })
            .collect();
        let files = json!({"wandb-history.jsonl": {"offset": first, "content": rows}});
        self.post("/files/ann/p/r/file_stream", &json!({"files": files, "complete": complete, "exitcode": 0})).await;
    }

    /// How many rows there are, and how many lie in files.
    async fn rows(&self) -> (u64, usize) {
        let run = "project(entityName: \"ann\", name: \"p\") { run(name: \"r\") { historyKeys parquetHistory(liveKeys: []) { parquetUrls } } }";
        let run = &self.ask(&format!("{{ {run} }}")).await["project"]["run"];
        let count = run["historyKeys"]["keys"]["m3"]["typeCounts"][0]["count"].as_u64().unwrap_or_default();
        (count, run["parquetHistory"]["parquetUrls"].as_array().map_or(0, Vec::len))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_compacts_loses_and_doubles_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let made = program(folder.path()).args(["user", "create", "ann", "--print-api-key"]).output().unwrap();
    let key = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let mut sent = 0;
    for pause in [1300, 400, 2100, 900] {
        let server = Server::start(folder.path(), &key);
        if sent == 0 {
            server
                .ask("mutation { upsertBucket(input: {name: \"r\", modelName: \"p\", host: \"h\"}) { inserted } }")
                .await;
        } else {
            // The last answer may have been lost on the way: the client sends again.
            server.send(sent - ROWS, false).await;
        }
        assert_eq!(server.rows().await.0, sent as u64);
        for _ in 0..REQUESTS {
            server.send(sent, false).await;
            sent += ROWS;
        }
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    let server = Server::start(folder.path(), &key);
    server.send(sent, true).await;
    for _ in 0..600 {
        let (rows, files) = server.rows().await;
        assert_eq!(rows, (sent + ROWS) as u64);
        if files > 0 {
            let last = server.ask("{ project(entityName: \"ann\", name: \"p\") { run(name: \"r\") { history(minStep: 95999, maxStep: 96001) } } }").await;
            assert_eq!(last["project"]["run"]["history"].as_array().map(Vec::len), Some(2), "{last}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the run was never compacted");
}
