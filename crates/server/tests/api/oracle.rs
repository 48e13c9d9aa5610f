//! The whole server against the naive oracle: random organizations, everybody's keys, and what they ask for over HTTP.

#[path = "../../../domain/src/policy/oracle/naive.rs"]
mod naive;
#[path = "../../../domain/src/policy/oracle/world.rs"]
mod world;

use axum::http::Method;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::model::EntityPath;
use domain::policy::{Account, CreateKey};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use self::world::{Key, World};
use crate::support::{Answer, Client, TestServer, on_every_database};

const READ: &str = "query($e: String, $p: String) { it: project(entityName: $e, name: $p) { id } }";
const FILES: &str = "query($e: String, $p: String, $r: String!) { project(entityName: $e, name: $p) { \
    it: run(name: $r) { id files { edges { node { name } } } } } }";
const CREATE: &str = "mutation($e: String, $p: String, $r: String) { \
    it: upsertBucket(input: {entityName: $e, modelName: $p, name: $r}) { bucket { id } } }";
const UPDATE: &str =
    "mutation($id: String) { it: upsertBucket(input: {id: $id, notes: \"changed\"}) { bucket { id } } }";
const STOP: &str = "mutation($id: ID!) { it: stopRun(input: {id: $id}) { success } }";
const DELETE: &str = "mutation($id: ID!) { it: deleteRun(input: {id: $id}) { clientMutationId } }";
const SETTINGS: &str = "mutation($e: String!, $p: String!) { \
    it: updateProject(input: {entityName: $e, projectName: $p, description: \"changed\"}) { project { id } } }";
const INVITE: &str = "mutation($e: String!) { it: invite(input: {entityName: $e, role: \"viewer\"}) { url } }";

/// Whether the policy let it pass: what comes then may still be missing, or in the way.
fn passed(answer: &Answer) -> bool {
    answer.reason().is_empty() && answer.status != 401 && answer.status != 403
}

/// Whether something was found.
fn found(answer: &Answer) -> bool {
    let body = answer.json();
    let it = body.pointer("/data/it").or_else(|| body.pointer("/data/project/it"));
    passed(answer) && it.is_some_and(|it| !it.is_null())
}

/// One caller, and everything that was asked and answered otherwise than the oracle says.
struct Asking<'a> {
    world: &'a World,
    key: Option<&'a Key>,
    client: Client,
    number: usize,
    wrong: Vec<String>,
}

impl Asking<'_> {
    fn may(&self, operation: &str, path: [&str; 3]) -> bool {
        naive::may(self.world, self.key, operation, &path.map(str::to_owned).into())
    }

    fn compare(&mut self, what: &str, path: [&str; 3], got: bool, expected: bool) {
        if got != expected {
            self.wrong.push(format!("{what} of {path:?} by {:?}: the server says {got}", self.key));
        }
    }

    /// A name that nobody has used.
    fn fresh(&mut self) -> String {
        self.number += 1;
        format!("new{}", self.number)
    }

    /// What is asked of an entity and its projects.
    async fn ask_entity(&mut self, e: &str) {
        let invited = passed(&self.client.graphql(INVITE, json!({ "e": e })).await);
        self.compare("invite", [e, "", ""], invited, self.may("team:invite", [e, "", ""]));
        let p = self.fresh();
        let created = passed(&self.client.graphql(CREATE, json!({ "e": e, "p": p, "r": "r0" })).await);
        self.compare("create", [e, &p, "r0"], created, self.may("run:create", [e, &p, "r0"]));
    }

    async fn ask_project(&mut self, e: &str, p: &str) {
        let path = [e, p, ""];
        let names = json!({ "e": e, "p": p });
        let reads = self.may("project:read", path);
        let got = found(&self.client.graphql(READ, names.clone()).await);
        self.compare("read", path, got, reads);
        let series = json!({ "runs": ["r0"], "keys": ["loss"] }).to_string();
        let got = self.client.send(Method::POST, &format!("/api/series/{e}/{p}"), series).await.status == 200;
        self.compare("series", path, got, reads);
        let got = passed(&self.client.graphql(SETTINGS, names).await);
        self.compare("settings", path, got, self.may("project:update", path));
        let r = self.fresh();
        let got = passed(&self.client.graphql(CREATE, json!({ "e": e, "p": p, "r": r })).await);
        self.compare("create", [e, p, &r], got, self.may("run:create", [e, p, &r]));
    }

    async fn ask_run(&mut self, server: &TestServer, e: &str, p: &str, r: &str) {
        let path = [e, p, r];
        let is_there = self.world.runs.iter().any(|run| {
            let project = &self.world.projects[run.project];
            (project.entity.as_str(), project.name.as_str(), run.name.as_str()) == (e, p, r)
        });
        let got = found(&self.client.graphql(FILES, json!({ "e": e, "p": p, "r": r })).await);
        // Runs of a project are read by its decision.
        self.compare("files", path, got, is_there && self.may("project:read", [e, p, ""]));
        let id = json!({ "id": BASE64_STANDARD.encode(format!("Run:v1:{r}:{p}:{e}")) });
        for (operation, query) in [("run:update", UPDATE), ("run:stop", STOP), ("run:delete", DELETE)] {
            let got = passed(&self.client.graphql(query, id.clone()).await);
            self.compare(operation, path, got, self.may(operation, path));
            if operation == "run:delete" && got && is_there {
                server.sql("UPDATE run SET deleted_at = NULL").await;
            }
        }
    }
}

/// Fills the empty server with the world. Everybody's keys.
async fn settle(server: &TestServer, world: &World) -> Vec<Client> {
    for text in world.statements(domain::Clock::system().now()) {
        server.sql(text).await;
    }
    let mut clients = Vec::new();
    for key in &world.keys {
        let path = EntityPath(world.accounts[key.account].name.clone());
        let account = server.domain.operator().allow::<CreateKey, Account>(&path).await.unwrap();
        let made = account.create_key(Default::default()).await.unwrap();
        server.sql(World::narrowing(key, made.key.id)).await;
        clients.push(server.anonymous().with_key(&made.secret));
    }
    for account in world.accounts.iter().filter(|a| a.disabled) {
        server.sql(format!("UPDATE account SET disabled_at = 1 WHERE name = '{}'", account.name)).await;
    }
    clients
}

/// Everybody asks for half of everything.
async fn agree(server: &TestServer, world: &World) -> Vec<String> {
    let clients = settle(server, world).await;
    let keys = world.keys.iter().map(Some).zip(clients);
    let mut wrong = Vec::new();
    for (n, (key, client)) in std::iter::once((None, server.anonymous())).chain(keys).enumerate() {
        let mut asking = Asking { world, key, client, number: n * 1000, wrong: Vec::new() };
        for (m, (e, p, r)) in world.paths().iter().enumerate() {
            match (e.as_str(), p.as_str(), r.as_str()) {
                ("", ..) => {}
                (e, "", "") => asking.ask_entity(e).await,
                (e, p, "") => asking.ask_project(e, p).await,
                (e, p, r) if (n + m) % 2 == 0 => asking.ask_run(server, e, p, r).await,
                _ => {}
            }
        }
        wrong.append(&mut asking.wrong);
    }
    wrong
}

#[test]
fn the_server_answers_what_the_table_says() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let config = Config { cases: 2, max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let bytes = proptest::collection::vec(any::<u8>(), 400);
    let outcome = TestRunner::new(config).run(&bytes, |bytes| {
        let world = World::new(&bytes);
        runtime.block_on(on_every_database(async |server: TestServer| {
            let wrong = agree(&server, &world).await;
            assert!(wrong.is_empty(), "{}\n{world:#?}", wrong.join("\n"));
        }));
        Ok(())
    });
    if let Err(e) = outcome {
        panic!("{e}");
    }
}
