//! The engine against a small schema of its own: every promise to the client that is not about a single field.

use std::sync::Arc;

use domain::policy::{ClientInfo, Credential};
use domain::{Clock, Domain, DomainConfig};
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::App;
use crate::config::Config;
use crate::graphql::context::Hints;
use crate::messages::Language;
use crate::scope::Scope;

const SCHEMA: &str = r"
    scalar JSON scalar JSONString scalar Int64 scalar DateTime
    enum Color { RED GREEN }
    interface Pet { name: String! }
    union Any = Cat | Person
    type Cat implements Pet { name: String! lives: Int }
    type Person { name: String! friend(skip: Int64): Person pets: [Pet!]! secret: String }
    type PersonConnection { edges: [PersonEdge!]! pageInfo: PageInfo! totalCount: Int! }
    type PersonEdge { cursor: String! node: Person }
    type PageInfo { endCursor: String hasNextPage: Boolean! }
    type Query {
      person(name: String): Person people: PersonConnection! echo(names: [JSONString!], color: Color, big: Int64, id: ID): JSON
      any: [Any!]! unbuilt: String broken: Person!
    }
    type Mutation { rename(input: RenameInput!): RenamePayload unbuilt: Boolean }
    input RenameInput { id: ID! name: String tags: [String!] }
    type RenamePayload { person: Person inserted: Boolean color: Color }
";

struct Person(String);
impl Node for Person {
    const TYPE: &'static str = "Person";
}

struct Cat;
impl Node for Cat {
    const TYPE: &'static str = "Cat";
}

#[derive(Deserialize)]
struct Rename {
    id: String,
    name: Option<String>,
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Name {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Skip {
    skip: Option<i64>,
}

fn resolvers() -> Resolvers {
    let mut resolvers = Resolvers::default();
    resolvers.query("person", |args: Name, _| async { Ok(args.name.map(Person)) });
    resolvers
}

fn complete() -> Resolvers {
    let mut resolvers = resolvers();
    resolvers.query("echo", |args: serde_json::Value, _| async { Ok(Json(args)) });
    resolvers.query("people", |_: NoArgs, _| async {
        let items = ["ann", "bob"].map(|name| (format!("after-{name}"), Person(name.to_owned())));
        Ok(Connection { items: items.into(), has_next_page: true, total: Some(9) })
    });
    resolvers
        .query("any", |_: NoArgs, _| async { Ok(vec![Cat.into_resolved(), Person("ann".to_owned()).into_resolved()]) });
    resolvers.query("broken", |_: NoArgs, _| async { Ok(Cat) });
    resolvers.mutation("rename", |input: Rename, _| async move {
        let name = format!("{}:{}:{:?}", input.id, input.name.unwrap_or_default(), input.tags);
        Ok(Payload::new("RenamePayload").with("person", Person(name)).with("color", "RED"))
    });
    resolvers.object::<Person>().get("name", |person| person.0.clone()).get("pets", |_| vec![Cat]).field(
        "friend",
        |person: Arc<Person>, args: Skip, _| async move {
            if person.0 == "loner" {
                return Err(domain::Error::not_found(domain::Thing::User, "of loner").into());
            }
            Ok(Person(format!("{}'s friend {:?}", person.0, args.skip)))
        },
    );
    resolvers.object::<Cat>().get("name", |_| "Tom").get("lives", |_| 9);
    resolvers
}

async fn ask(request: serde_json::Value) -> Result<serde_json::Value, Error> {
    let folder = tempfile::tempdir().unwrap();
    let config = DomainConfig {
        database_url: format!("sqlite:{}", folder.path().join("test.db").display()),
        storage_url: "memory:".to_owned(),
        base_url: "http://h".to_owned(),
        heartbeat_timeout: std::time::Duration::from_secs(300),
        run_table_memory: 64 << 20,
        cache_folder: std::env::temp_dir(),
        table_cache: 0,
        table_memory: 0,
        sends_mail: false,
        calls_webhook: false,
    };
    let domain = Domain::open(config, Clock::system()).await.unwrap();
    let session = domain.session(Credential::Anonymous, ClientInfo::default()).await.unwrap();
    let app = App::new(domain, Config::default()).unwrap();
    let scope = Scope::new("r1".to_owned(), "http://h".to_owned(), None, Language::ENGLISH);
    let engine = Engine::new(&[SCHEMA], &complete(), Limits { depth: 6, complexity: 50 }).unwrap();
    let request = serde_json::from_value(request).unwrap();
    engine.execute(request, Ctx::new(session, app, scope, Hints::default())).await.map(|data| data.into_json().unwrap())
}

async fn data(query: &str, variables: serde_json::Value) -> serde_json::Value {
    ask(json!({ "query": query, "variables": variables })).await.unwrap()
}

async fn error(query: &str) -> Error {
    ask(json!({ "query": query })).await.unwrap_err()
}

#[tokio::test]
async fn documents_as_the_client_writes_them() {
    let query = "#graphql\nquery Q($n: String) { result: person(name: $n) { ...F __typename friend(skip: 3) @include(if: true) { name } } } \
                 fragment F on Person { name pets { name ... on Cat { lives } } }";
    let request = json!({ "query": query, "operationName": "", "variables": { "n": "ann", "undeclared": 1 } });
    assert_eq!(
        ask(request).await.unwrap(),
        json!({ "result": {
            "name": "ann", "pets": [{ "name": "Tom", "lives": 9 }], "__typename": "Person",
            "friend": { "name": "ann's friend Some(3)" }
        }})
    );
    assert_eq!(data("query Q($n: String) { person(name: $n) { name } }", json!({})).await, json!({ "person": null }));
}

#[tokio::test]
async fn directives_know_the_defaults_of_variables() {
    let query = "query Q($with: Boolean = true, $without: Boolean = false) { person(name: \"ann\") { \
                 name @include(if: $with) pets @skip(if: $without) { name } } }";
    let all = json!({ "person": { "name": "ann", "pets": [{ "name": "Tom" }] } });
    assert_eq!(data(query, json!({})).await, all);
    let fewer = data(query, json!({ "with": false })).await;
    assert_eq!(fewer, json!({ "person": { "pets": [{ "name": "Tom" }] } }));
}

#[tokio::test]
async fn input_is_coerced() {
    let query = "query Q($b: Int64, $n: [JSONString!]) { echo(names: $n, color: GREEN, big: $b, id: 7) }";
    let echo = data(query, json!({ "b": "12", "n": "{}" })).await;
    assert_eq!(echo["echo"], json!({ "names": ["{}"], "color": "GREEN", "big": 12, "id": "7" }));
    let renamed = data(
        "mutation M($i: RenameInput!) { rename(input: $i) { person { name } inserted color } }",
        json!({ "i": { "id": 5, "tags": "a" } }),
    )
    .await;
    assert_eq!(
        renamed["rename"],
        json!({ "person": { "name": "5::Some([\"a\"])" }, "inserted": null, "color": "RED" })
    );
}

#[tokio::test]
async fn connections_and_unions() {
    let people =
        data("{ people { edges { cursor node { name } } pageInfo { endCursor hasNextPage } totalCount } }", json!({}))
            .await;
    assert_eq!(people["people"]["edges"][1], json!({ "cursor": "after-bob", "node": { "name": "bob" } }));
    assert_eq!(people["people"]["pageInfo"], json!({ "endCursor": "after-bob", "hasNextPage": true }));
    let any = data("{ any { __typename ... on Cat { lives } ... on Person { name } } }", json!({})).await;
    assert_eq!(any["any"], json!([{ "__typename": "Cat", "lives": 9 }, { "__typename": "Person", "name": "ann" }]));
}

#[tokio::test]
async fn fields_without_resolver_say_so() {
    assert!(matches!(error("{ unbuilt }").await, Error::NotOffered(name) if name == "unbuilt"));
    assert!(matches!(error("mutation { unbuilt }").await, Error::NotOffered(name) if name == "unbuilt"));
    assert!(
        matches!(error("{ person(name: \"a\") { secret } }").await, Error::NotOffered(name) if name == "Person.secret")
    );
}

#[tokio::test]
async fn errors_of_resolvers_arrive_whole() {
    let error = error("{ person(name: \"loner\") { friend { name } } }").await;
    assert!(
        matches!(
            error,
            Error::Domain(domain::Error::NotFound(domain::Problem::NotFound { what: domain::Thing::User, .. }))
        ),
        "{error}"
    );
    let error = self::error("{ broken { name } }").await;
    assert!(matches!(&error, Error::Domain(domain::Error::Internal { .. })), "{error}");
}

#[tokio::test]
async fn mistakes_in_documents_are_query_errors() {
    for query in [
        "",
        "{",
        "{ person { nothing } }",
        "query Q($x: Nope) { person { name } }",
        "{ ...F } fragment F on Query { ...F }",
        "query A { any { __typename } } query B { any { __typename } }",
        "{ person(nome: 1) { name } }",
        "{ person }",
        "query Q($x: [Nope!]!) { echo(names: $x) }",
        "subscription { x }",
    ] {
        let request = json!({ "query": query, "variables": { "x": 5 } });
        let error = ask(request).await.unwrap_err();
        assert!(matches!(error, Error::Query(_)), "{query}: {error:?}");
    }
    let error = error("{ person { nothing } }").await.to_string();
    assert!(error.starts_with("Cannot query field \"nothing\" on type \"Person\"."), "{error}");
}

#[tokio::test]
async fn expensive_documents_are_refused_before_they_cost() {
    let deep = "{ person { friend { friend { friend { friend { friend { name } } } } } } }";
    let wide: String = (0..60).map(|i| format!("a{i}: any {{ __typename }} ")).collect();
    // 2^200 fields when written out, in a chain short of nothing.
    let bomb: String = (0..25).map(|i| format!("fragment F{i} on Person {{ ...F{0} ...F{0} }} ", i + 1)).collect();
    let bomb = format!("{{ person {{ ...F0 }} }} {bomb} fragment F25 on Person {{ name }}");
    let chain: String = (0..5000).map(|i| format!("fragment F{i} on Person{{...F{}}}", i + 1)).collect();
    let chain = format!("{{ person {{ ...F0 }} }} {chain} fragment F5000 on Person {{ name }}");
    for query in [deep.to_owned(), format!("{{ {wide} }}"), bomb, chain, " ".repeat(300 << 10)] {
        let error = error(&query).await;
        assert!(matches!(error, Error::BadRequest(_)), "{error:?}");
    }
}

#[tokio::test]
async fn introspection_answers_probes() {
    let probe = data(
        "{ QueryType: __type(name: \"Query\") { fields { name } } Nope: __type(name: \"Nope\") { name } }",
        json!({}),
    )
    .await;
    assert!(probe["QueryType"]["fields"].as_array().unwrap().contains(&json!({ "name": "unbuilt" })));
    assert_eq!(probe["Nope"], json!(null));
}

#[test]
fn a_resolver_without_a_place_in_the_schema_is_a_mistake() {
    let mut resolvers = resolvers();
    resolvers.query("nowhere", |_: NoArgs, _| async { Ok("x") });
    let error = Engine::new(&[SCHEMA], &resolvers, Limits { depth: 6, complexity: 50 }).err().unwrap();
    assert_eq!(error.to_string(), "a resolver is registered for Query.nowhere, which no schema file has");
}

#[tokio::test]
async fn fragments_on_a_union_are_applied_to_its_members() {
    let whole = json!({ "any": [{ "__typename": "Cat", "lives": 9 }, { "__typename": "Person", "name": "ann" }] });
    let named = "{ any { ...A } } fragment A on Any { __typename ...B } \
                 fragment B on Any { ... on Cat { lives } ... on Person { name } }";
    assert_eq!(data(named, json!({})).await, whole);
    let inline = "{ any { ... on Any { __typename ... on Cat { lives } } ... on Person { name } } }";
    assert_eq!(data(inline, json!({})).await, whole);
}
