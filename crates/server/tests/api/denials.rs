//! Every root field of the schema, asked by nobody and by a stranger about what belongs to somebody else.
//!
//! The requests are made from introspection, so a new field is tested by being in the schema. What a caller gets that is
//! neither a refusal nor nothing must be in the lists below, which should only ever shrink.

use serde_json::{Map, Value, json};

use crate::support::{Client, PASSWORD, TestServer, on_every_database};

/// Fields about everybody's server, or about the caller.
const FOR_NOBODY: [&str; 1] = ["Query.serverInfo"];

/// Fields that a stranger may use: about the server, about themselves, and looking up people they can name.
const FOR_A_STRANGER: [&str; 10] = [
    "Mutation.beginTwoFactor",
    "Mutation.changePassword",
    "Mutation.generateApiKey",
    "Mutation.removeTwoFactor",
    "Mutation.updateViewer",
    "Query.entities",
    "Query.organization",
    "Query.serverInfo",
    "Query.users",
    "Query.viewer",
];

const TYPES: &str = "{ __schema { types { name kind fields { name args { name type { ...T } } type { ...T } } \
    inputFields { name type { ...T } } enumValues { name } } } } \
    fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";

/// Everything of ann's that a stranger might change.
const OF_ANN: &str = "{ viewer { email language keys { id name revokedAt } } project(entityName: \"ann\", name: \"p\") { \
    description visibility runs { edges { node { name displayName state notes tags config summaryMetrics stopped \
    files { edges { node { name } } } } } } } models(entityName: \"ann\") { edges { node { name } } } }";

#[tokio::test]
async fn every_root_field_is_refused_to_strangers() {
    on_every_database(async |server: TestServer| {
        let (ann, stranger, nobody) = (server.user("ann").await, server.user("mallory").await, server.anonymous());
        let schema = Schema::read(&ann).await;
        let ids = Ids::make(&ann).await;
        let before = ann.data(OF_ANN, json!({})).await;
        for (who, client, allowed) in
            [("nobody", &nobody, &FOR_NOBODY[..]), ("a stranger", &stranger, &FOR_A_STRANGER[..])]
        {
            let mut used = Vec::new();
            for (root, keyword) in [("Query", "query"), ("Mutation", "mutation")] {
                for field in schema.fields(root) {
                    let name = format!("{root}.{}", field["name"].as_str().unwrap());
                    let (query, variables) = schema.request(keyword, field, &ids);
                    let outcome = Outcome::of(client, &query, variables).await;
                    match outcome {
                        Outcome::Refused | Outcome::Nothing | Outcome::NotOffered => {}
                        Outcome::Got(_) if allowed.contains(&name.as_str()) => used.push(name),
                        Outcome::Got(what) => panic!("{name} gives {who} {what}"),
                        // A wrong code for one's own account.
                        Outcome::Mistake(_) if name == "Mutation.confirmTwoFactor" => {}
                        Outcome::Mistake(why) => panic!("{name} was not really asked: {why}\n{query}"),
                    }
                }
            }
            used.sort();
            assert_eq!(used, allowed, "these fields gave {who} something: shorten the list");
        }
        assert_eq!(ann.data(OF_ANN, json!({})).await, before);
    })
    .await;
}

/// What a caller got.
enum Outcome {
    Refused,
    Nothing,
    NotOffered,
    Got(Value),
    Mistake(String),
}

impl Outcome {
    async fn of(client: &Client, query: &str, variables: Value) -> Self {
        let answer = client.graphql(query, variables).await;
        let body = answer.json();
        match answer.status {
            401 | 403 | 404 => Self::Refused,
            200 if answer.message().contains("does not offer") => Self::NotOffered,
            200 if body.get("errors").is_none() => {
                let value = body["data"]["it"].clone();
                let edges = value.get("edges").and_then(Value::as_array).or(value.as_array());
                if value.is_null() || edges.is_some_and(Vec::is_empty) { Self::Nothing } else { Self::Got(value) }
            }
            _ => Self::Mistake(answer.text()),
        }
    }
}

/// Ids of what ann has.
pub struct Ids {
    pub run: String,
    pub key: String,
    pub file: String,
    pub sweep: String,
    pub agent: String,
    pub view: String,
    pub comment: String,
    pub token: String,
    pub artifact: String,
    pub collection: String,
    pub manifest: String,
    pub project: String,
}

impl Ids {
    pub async fn make(ann: &Client) -> Self {
        let run = "mutation { upsertBucket(input: {modelName: \"p\", name: \"r1\", displayName: \"one\"}) { bucket { id } } }";
        let run = ann.data(run, json!({})).await["upsertBucket"]["bucket"]["id"].as_str().unwrap().to_owned();
        let urls = "mutation { createRunFiles(input: {entityName: \"ann\", projectName: \"p\", runName: \"r1\", files: [\"a.txt\"]}) \
                    { files { uploadUrl } } }";
        let url =
            ann.data(urls, json!({})).await["createRunFiles"]["files"][0]["uploadUrl"].as_str().unwrap().to_owned();
        let path = url.strip_prefix(crate::support::BASE_URL).unwrap();
        assert_eq!(ann.put(path, "text").await.status, 200);
        let rest = "{ viewer { keys { id } } project(entityName: \"ann\", name: \"p\") { id run(name: \"r1\") { files { edges { node { id } } } } } }";
        let rest = ann.data(rest, json!({})).await;
        let text = |pointer: &str| rest.pointer(pointer).and_then(Value::as_str).unwrap().to_owned();
        let view = "mutation { upsertView(input: {entityName: \"ann\", projectName: \"p\", name: \"v1\", type: \"runs\", spec: \"{}\"}) \
                    { view { id } } }";
        let view = ann.data(view, json!({})).await["upsertView"]["view"]["id"].as_str().unwrap().to_owned();
        let said = "mutation S($v: ID!) { addViewComment(input: {viewId: $v, body: \"why?\"}) { comment { id } } \
                    createAccessToken(input: {viewId: $v, projects: []}) { accessToken { token } } }";
        let said = ann.data(said, json!({ "v": view })).await;
        let comment = said["addViewComment"]["comment"]["id"].as_str().unwrap().to_owned();
        let token = said["createAccessToken"]["accessToken"]["token"].as_str().unwrap().to_owned();
        let sweep = "mutation { upsertSweep(input: {projectName: \"p\", config: \"{method: grid, parameters: {n: {value: 1}}}\"}) \
                     { sweep { name } } }";
        let sweep = ann.data(sweep, json!({})).await["upsertSweep"]["sweep"]["name"].as_str().unwrap().to_owned();
        let agent = "mutation A($s: String!) { createAgent(input: {projectName: \"p\", host: \"vm\", sweep: $s}) { agent { id } } }";
        let agent =
            ann.data(agent, json!({ "s": sweep })).await["createAgent"]["agent"]["id"].as_str().unwrap().to_owned();
        let chart = "mutation { createCustomChart(input: {entity: \"ann\", name: \"bars\", displayName: \"Bars\", type: \"vega2\", \
                     access: \"PRIVATE\", spec: \"{}\"}) { chart { id } } }";
        ann.data(chart, json!({})).await;
        let artifact = "mutation { createArtifact(input: {entityName: \"ann\", projectName: \"p\", artifactTypeName: \"t\", \
                        artifactCollectionName: \"c\", digest: \"d\", digestAlgorithm: MANIFEST_MD5, clientID: \"mine\"}) \
                        { artifact { id artifactSequence { id } } } }";
        let made = ann.data(artifact, json!({})).await["createArtifact"]["artifact"].clone();
        let artifact = made["id"].as_str().unwrap().to_owned();
        let collection = made["artifactSequence"]["id"].as_str().unwrap().to_owned();
        let manifest = "mutation M($a: ID!) { createArtifactManifest(input: {artifactID: $a, name: \"m\", digest: \"\", \
                        entityName: \"ann\", projectName: \"p\", runName: \"\", type: FULL}) { artifactManifest { id } } }";
        let manifest = ann.data(manifest, json!({ "a": artifact })).await;
        let manifest = manifest["createArtifactManifest"]["artifactManifest"]["id"].as_str().unwrap().to_owned();
        let project = text("/project/id");
        let (key, file) = (text("/viewer/keys/0/id"), text("/project/run/files/edges/0/node/id"));
        Self { run, key, file, sweep, agent, view, comment, token, artifact, collection, manifest, project }
    }
}

/// The types of the schema by name.
pub struct Schema(Map<String, Value>);

impl Schema {
    pub async fn read(client: &Client) -> Self {
        let types = client.data(TYPES, json!({})).await["__schema"]["types"].take();
        let types = types.as_array().unwrap().iter();
        Self(types.map(|ty| (ty["name"].as_str().unwrap().to_owned(), ty.clone())).collect())
    }

    pub fn fields(&self, of: &str) -> &[Value] {
        self.0[of]["fields"].as_array().unwrap()
    }

    /// A request for one root field with every argument filled in, and just enough selected to see whether something came.
    pub fn request(&self, keyword: &str, field: &Value, ids: &Ids) -> (String, Value) {
        let name = field["name"].as_str().unwrap();
        let arguments: Vec<_> = field["args"].as_array().unwrap().iter().collect();
        let declared: Vec<_> =
            arguments.iter().map(|a| format!("${}: {}", a["name"].as_str().unwrap(), spell(&a["type"]))).collect();
        let passed: Vec<_> =
            arguments.iter().map(|a| a["name"].as_str().unwrap()).map(|a| format!("{a}: ${a}")).collect();
        let variables = arguments.iter().map(|a| {
            let argument = a["name"].as_str().unwrap();
            (argument.to_owned(), self.value(name, argument, &a["type"], ids))
        });
        let parens = |of: Vec<String>| if of.is_empty() { String::new() } else { format!("({})", of.join(", ")) };
        let query = format!(
            "{keyword} Q{} {{ it: {name}{} {} }}",
            parens(declared),
            parens(passed),
            self.selection(&field["type"])
        );
        (query, Value::Object(variables.collect()))
    }

    fn selection(&self, ty: &Value) -> &'static str {
        let ty = &self.0[base(ty)];
        let has_edges = ty["fields"].as_array().is_some_and(|fields| fields.iter().any(|f| f["name"] == "edges"));
        match ty["kind"].as_str().unwrap() {
            "OBJECT" | "INTERFACE" | "UNION" if has_edges => "{ edges { __typename } }",
            "OBJECT" | "INTERFACE" | "UNION" => "{ __typename }",
            _ => "",
        }
    }

    /// A value for an argument of `field`: ann's, where its name says what it is.
    fn value(&self, field: &str, name: &str, ty: &Value, ids: &Ids) -> Value {
        match ty["kind"].as_str().unwrap() {
            "NON_NULL" => return self.value(field, name, &ty["ofType"], ids),
            "LIST" => return json!([self.value(field, name, &ty["ofType"], ids)]),
            _ => {}
        }
        match (field, name) {
            ("revokeKey" | "deleteApiKey" | "rotateKey", "id") => json!(ids.key),
            ("deleteFiles", "files") => json!(ids.file),
            ("createAgent", "sweep") => json!(ids.sweep),
            ("agentHeartbeat", "id") => json!(ids.agent),
            ("view" | "deleteView", "id") => json!(ids.view),
            ("customChart" | "updateCustomChart" | "deleteCustomChart", "id") => json!("ann/bars"),
            ("createCustomChart" | "updateCustomChart", "access") => json!("PRIVATE"),
            ("createCustomChart", "type") => json!("vega2"),
            ("createCustomChart" | "updateCustomChart", "spec") => json!("{}"),
            ("addViewComment" | "createAccessToken", "viewId") => json!(ids.view),
            ("updateViewComment" | "deleteViewComment", "id") => json!(ids.comment),
            ("revokeAccessToken" | "updateAccessTokenProjects", "token") => json!(ids.token),
            ("addViewComment", "parent") => Value::Null,
            ("artifactCollection", "id") | (_, "artifactSequenceID" | "artifactPortfolioID") => json!(ids.collection),
            ("setArtifactTtl", "collectionID") => json!(ids.collection),
            (
                "createProjectMembers"
                | "deleteProjectMembers"
                | "updateProjectMember"
                | "updateProjectTeamMember"
                | "setProtectedAliases",
                "projectId",
            )
            | ("deleteModel", "id") => json!(ids.project),
            ("artifact", "id") | (_, "artifactID") => json!(ids.artifact),
            (_, "artifactManifestID") => json!(ids.manifest),
            (_, "artifactCollectionName" | "artifactPortfolioName") => json!("c"),
            (_, "clientID") => json!("mine"),
            ("upsertView", "type") => json!("project-view"),
            ("upsertView", "spec") => json!("{}"),
            ("upsertView", "ifUpdatedAt") => Value::Null,
            ("upsertBucket" | "upsertModel" | "upsertSweep" | "upsertView", "id") => Value::Null,
            ("upsertBucket" | "updateRunState", "state") => json!("failed"),
            ("recentRuns", "states") => json!("running"),
            ("project" | "model" | "upsertModel", "name") => json!("p"),
            ("organization", "name") => json!("runstead"),
            ("upsertBucket", "name") => json!("r1"),
            ("createTeam", "teamName") => json!("fresh-team"),
            ("createUser", _) if name == "email" => json!("fresh@example.org"),
            ("createKey", "scope") => json!("read"),
            ("updateProject", "visibility") => json!("open"),
            ("updateViewer", "language") => json!("en"),
            ("updateViewer", "email") => json!("mallory2@example.org"),
            ("changePassword" | "beginTwoFactor" | "removeTwoFactor", "current" | "next" | "password") => {
                json!(PASSWORD)
            }
            ("rewindRun", "metricName") => json!("_step"),
            ("deleteInvite", "id") => Value::Null,
            ("revokeInvitation" | "acceptInvitation", "id") => json!("1"),
            ("answerAccessRequest", "id") => json!("QWNjZXNzUmVxdWVzdDox"),
            (_, "entityName" | "entity" | "username" | "userName" | "teamAdminUserName")
            | ("entity", "name")
            | ("users", "query") => json!("ann"),
            (_, "projectName" | "modelName" | "oldProjectName") => json!("p"),
            (_, "runName") => json!("r1"),
            (_, "id") => json!(ids.run),
            (_, "action") => json!("run:read"),
            (_, "target") => json!("ann/p"),
            (_, "after") => Value::Null,
            _ => self.any(field, base(ty), ids),
        }
    }

    /// Any value of a type.
    fn any(&self, field: &str, ty: &str, ids: &Ids) -> Value {
        let definition = &self.0[ty];
        match definition["kind"].as_str().unwrap() {
            "ENUM" => definition["enumValues"][0]["name"].clone(),
            "INPUT_OBJECT" => {
                let fields = definition["inputFields"].as_array().unwrap().iter().map(|f| {
                    let name = f["name"].as_str().unwrap();
                    (name.to_owned(), self.value(field, name, &f["type"], ids))
                });
                Value::Object(fields.collect())
            }
            _ => match ty {
                "Int" | "Int64" | "Duration" => json!(1),
                "Float" => json!(1.0),
                "Boolean" => json!(true),
                "JSONString" => json!("{}"),
                _ => json!("something"),
            },
        }
    }
}

/// The named type inside lists and non-nulls.
fn base(ty: &Value) -> &str {
    if ty["ofType"].is_null() { ty["name"].as_str().unwrap() } else { base(&ty["ofType"]) }
}

/// A type as documents spell it.
fn spell(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", spell(&ty["ofType"])),
        "LIST" => format!("[{}]", spell(&ty["ofType"])),
        _ => ty["name"].as_str().unwrap().to_owned(),
    }
}
