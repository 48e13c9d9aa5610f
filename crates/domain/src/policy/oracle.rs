//! The policy against a second, naive one, over random organizations in real databases.

mod naive;
mod world;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use self::world::{Key, World};
use super::operation::Object;
use super::{ClientInfo, Credential, Operation, Session, decide, load};
use crate::db::sql;
use crate::model::EntityPath;
use crate::policy::Account;
use crate::testing::domains;
use crate::{Domain, Error};

const TABLES: [&str; 15] = [
    "denial",
    "sweep",
    "audit",
    "api_key",
    "run",
    "project_member",
    "project_team",
    "project",
    "membership",
    "custom_role",
    "web_session",
    "setting",
    "access_request",
    "account",
    "entity",
];

/// Replaces whatever the database holds by the world. Everybody's keys, those of disabled accounts too.
async fn settle(domain: &Domain, world: &World) -> Vec<String> {
    let run = async |text: String| sql(text).run(domain.db()).await.map(drop).unwrap();
    let clean = TABLES.iter().map(|table| format!("DELETE FROM {table}"));
    let mut tx = domain.db().begin().await.unwrap();
    sql("UPDATE account SET home_id = NULL").run(&mut tx).await.unwrap();
    for text in clean.chain(world.statements(domain.clock().now())) {
        sql(text).run(&mut tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut secrets = Vec::new();
    for key in &world.keys {
        let path = EntityPath(world.accounts[key.account].name.clone());
        let account = domain.operator().allow::<super::CreateKey, Account>(&path).await.unwrap();
        let made = account.create_key(Default::default()).await.unwrap();
        run(World::narrowing(key, made.key.id)).await;
        secrets.push(made.secret);
    }
    for account in world.accounts.iter().filter(|a| a.disabled) {
        run(format!("UPDATE account SET disabled_at = 1 WHERE name = '{}'", account.name)).await;
    }
    domain.keep_settings(None);
    secrets
}

/// Every caller with every path and operation.
async fn agree(domain: &Domain, world: &World) -> Result<(), TestCaseError> {
    let secrets = settle(domain, world).await;
    let mut callers: Vec<(Option<&Key>, Credential)> = vec![(None, Credential::Anonymous)];
    callers.extend(world.keys.iter().zip(secrets).map(|(key, secret)| (Some(key), Credential::Key(secret))));
    for (key, credential) in callers {
        let session = match domain.session(credential, ClientInfo::default()).await {
            Err(Error::Denied(_)) => {
                prop_assert!(key.is_some_and(|key| world.accounts[key.account].disabled));
                continue;
            }
            other => other.unwrap(),
        };
        prop_assert!(!key.is_some_and(|key| world.accounts[key.account].disabled));
        for (n, path) in world.paths().into_iter().enumerate() {
            // The world has no views and artifacts; they are decided like the run of the same path.
            let (of_run, _) = load::load(&session, Operation::RunRead, path.clone()).await.unwrap();
            let (of_sweep, _) = load::load(&session, Operation::SweepRunAgent, path.clone()).await.unwrap();
            for operation in Operation::ALL {
                let facts = if operation.object() == Object::Sweep { &of_sweep } else { &of_run };
                let (policy, oracle) =
                    (decide(*operation, facts).is_allowed(), naive::may(world, key, operation.as_str(), &path));
                prop_assert_eq!(policy, oracle, "{} of {:?} by {:?}", operation, path, key);
            }
            let operation = Operation::ALL[n % Operation::ALL.len()];
            if matches!(operation.object(), Object::View | Object::Artifact) && !path.2.is_empty() {
                continue;
            }
            let explained = session.explain(operation, path.clone()).await.unwrap();
            prop_assert_eq!(explained.is_allowed(), naive::may(world, key, operation.as_str(), &path));
        }
        lists(&session, world, key).await?;
    }
    Ok(())
}

/// The lists have what may be read, and nothing else.
async fn lists(session: &Session, world: &World, key: Option<&Key>) -> Result<(), TestCaseError> {
    let name = |p: &world::Project| format!("{}/{}", p.entity, p.name);
    let may = |p: &&world::Project| {
        naive::may(world, key, "project:read", &(p.entity.clone(), p.name.clone(), String::new()))
    };
    let mut expected: Vec<_> = world.projects.iter().filter(may).map(name).collect();
    let mut listed: Vec<_> =
        session.readable_projects(None).await.unwrap().iter().map(|p| p.resource().path().to_string()).collect();
    expected.sort();
    listed.sort();
    prop_assert_eq!(&listed, &expected, "projects of {:?}", key);
    let runs = world.runs.iter().map(|r| (&world.projects[r.project], &r.name));
    let mut expected: Vec<_> = runs.filter(|(p, _)| may(p)).map(|(p, run)| format!("{}/{run}", name(p))).collect();
    let mut listed: Vec<_> = session
        .recent_runs(crate::runs::RecentQuery { most: 100, ..Default::default() })
        .await
        .unwrap()
        .iter()
        .map(|(run, _)| run.resource().path().to_string())
        .collect();
    expected.sort();
    listed.sort();
    prop_assert_eq!(&listed, &expected, "runs of {:?}", key);
    Ok(())
}

#[test]
fn the_policy_says_what_the_table_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (n, domain) in runtime.block_on(domains()).into_iter().enumerate() {
        let cases = if n == 0 { 16 } else { 2 };
        let config = Config { cases, max_shrink_iters: 20, failure_persistence: None, ..Config::default() };
        let bytes = proptest::collection::vec(any::<u8>(), 400);
        let outcome =
            TestRunner::new(config).run(&bytes, |bytes| runtime.block_on(agree(&domain, &World::new(&bytes))));
        if let Err(e) = outcome {
            panic!("{e}");
        }
    }
}
