//! Whoever may not write any more does not, from the moment that the change was acknowledged, whatever was kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use super::*;
use crate::db::sql;
use crate::model::{EntityPath, Role};
use crate::policy::{Account, Administer, CreateUser, Delete, Entity, Org, RevokeKey};
use crate::settings::SettingsChange;
use crate::testing::{Lab, history};
use crate::users::NewUser;

const LINE: &str = r#"{"_step":0,"a":1}"#;

/// A member of the team who is not the owner of its runs, so that nothing is let finish: the key, and its id.
async fn bob(lab: &Lab) -> (String, i64) {
    let operator = lab.domain.operator();
    let account = operator.allow::<CreateUser, Org>(&()).await.unwrap();
    let account = account.create_user(NewUser { name: "bob".to_owned(), ..NewUser::default() }).await.unwrap();
    let key = account.create_key(Default::default()).await.unwrap();
    let team = operator.allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
    team.set_member("bob", Role::Member).await.unwrap();
    (key.secret, key.key.id)
}

async fn may_log(domain: &Domain, key: &str, run: &str) -> Result<Allowed<Update, Run>, Error> {
    let path = RunPath::new("team", "p", run);
    domain.may_log(Credential::Key(key.to_owned()), ClientInfo::default(), &path).await
}

fn is_kept(domain: &Domain, key: &str, run: &str) -> bool {
    let name = name(key, &RunPath::new("team", "p", run));
    domain.remembered().find(&name, domain.clock().now()).is_some()
}

/// Everything that takes bob's access away, in the words of the database: whoever writes them, and wherever.
const CHANGES: [&str; 16] = [
    "UPDATE api_key SET revoked_at = 1 WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE api_key SET expires_at = 1 WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE api_key SET scope = 'read' WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE api_key SET team_id = (SELECT id FROM entity WHERE name = 'bob') \
     WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "DELETE FROM api_key WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE account SET disabled_at = 1 WHERE name = 'bob'",
    "DELETE FROM membership WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE membership SET role = 'viewer' WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "UPDATE membership SET team_id = (SELECT id FROM entity WHERE name = 'mallory') \
     WHERE user_id = (SELECT id FROM account WHERE name = 'bob')",
    "INSERT INTO project_member (project_id, user_id, role, created_at) \
     SELECT p.id, a.id, 'viewer', 1 FROM project p, account a WHERE a.name = 'bob'",
    "UPDATE project SET visibility = 'restricted'",
    "UPDATE project SET archived_at = 1",
    "UPDATE project SET entity_id = (SELECT id FROM entity WHERE name = 'mallory')",
    "UPDATE entity SET name = 'other' WHERE name = 'team'",
    "INSERT INTO setting (name, value) VALUES ('read_only', 'moving')",
    "UPDATE run SET project_id = (SELECT MAX(id) FROM project), deleted_at = 1",
];

#[tokio::test]
async fn whatever_takes_access_away_is_seen_by_the_next_write_of_every_process() {
    for change in CHANGES {
        for lab in Lab::all().await {
            lab.run("r1").await;
            let (key, _) = bob(&lab).await;
            let twin = lab.twin().await;
            let here = may_log(&lab.domain, &key, "r1").await.unwrap();
            let there = may_log(&twin, &key, "r1").await.unwrap();
            here.append(history(0, &[LINE])).await.unwrap();
            assert!(is_kept(&lab.domain, &key, "r1") && is_kept(&twin, &key, "r1"));

            sql(change).run(lab.domain.db()).await.unwrap();
            for (domain, before) in [(&lab.domain, &here), (&twin, &there)] {
                // Decided before the change, by a request whose body came later.
                let late = before.append(history(1, &[LINE])).await;
                assert!(late.is_err(), "written after {change}");
                // Even where nothing of the change was heard of, what is kept is not enough.
                let next = match may_log(domain, &key, "r1").await {
                    Ok(run) => run.append(history(1, &[LINE])).await.map(drop),
                    Err(e) => Err(e),
                };
                assert!(next.is_err(), "written after {change}");
            }
            assert_eq!(lab.count("tail").await, 1, "{change}");
            twin.close().await;
        }
    }
}

#[tokio::test]
async fn what_takes_nothing_away_is_not_decided_anew() {
    for lab in Lab::all().await {
        lab.run("r1").await;
        let (key, _) = bob(&lab).await;
        let run = may_log(&lab.domain, &key, "r1").await.unwrap();
        lab.run("r2").await;
        crate::testing::user(&lab.domain, "zoe").await;
        sql("UPDATE api_key SET last_used_at = 5").run(lab.domain.db()).await.unwrap();
        sql("UPDATE project SET updated_at = 5, description = 'x'").run(lab.domain.db()).await.unwrap();
        run.append(history(0, &[LINE])).await.unwrap();
        assert!(is_kept(&lab.domain, &key, "r1"));
        lab.clock().advance(Duration::from_secs(61));
        assert!(!is_kept(&lab.domain, &key, "r1"), "the last use is to be written");
    }
}

#[tokio::test]
async fn a_run_that_takes_the_name_of_a_deleted_one_gets_what_is_sent_to_it() {
    for lab in Lab::all().await {
        let old = lab.run("r1").await.resource().id;
        let (key, _) = bob(&lab).await;
        let run = may_log(&lab.domain, &key, "r1").await.unwrap();
        lab.allow::<Delete>("r1").await.unwrap().delete().await.unwrap();
        assert!(matches!(run.append(history(0, &[LINE])).await, Err(Error::NotFound { .. })));
        let new = lab.run("r1").await.resource().id;
        assert_ne!(old, new);
        may_log(&lab.domain, &key, "r1").await.unwrap().append(history(0, &[LINE])).await.unwrap();
        assert_eq!(lab.history("r1").await.len(), 1);
    }
}

/// Eight runs log as fast as they can through one process, while the change is made through another.
async fn under_load<F: Future<Output = ()>>(lab: &Lab, key: &str, change: impl FnOnce(Domain) -> F) {
    let twin = lab.twin().await;
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut tasks = Vec::new();
    for n in 0..8 {
        lab.run(&format!("r{n}")).await;
        let (domain, key, stop, written) = (lab.domain.clone(), key.to_owned(), stop.clone(), written.clone());
        tasks.push(tokio::spawn(async move {
            let (name, mut line) = (format!("r{n}"), 0);
            while !stop.load(Ordering::SeqCst) {
                let Ok(run) = may_log(&domain, &key, &name).await else { continue };
                if run.append(history(line, &[LINE])).await.is_ok() {
                    line += 1;
                    written.fetch_add(1, Ordering::SeqCst);
                }
            }
        }));
    }
    while written.load(Ordering::SeqCst) < 40 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    change(twin.clone()).await;
    let stored = lab.count("tail").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.store(true, Ordering::SeqCst);
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(lab.count("tail").await, stored, "written after the change was acknowledged");
    assert_eq!(
        stored,
        i64::try_from(written.load(Ordering::SeqCst)).unwrap(),
        "what is stored was acknowledged, and the reverse"
    );
    twin.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_revoked_under_load_by_another_process_writes_nothing_more() {
    for lab in Lab::all().await {
        let (key, id) = bob(&lab).await;
        let revoke = |twin: Domain| async move {
            let bob = EntityPath("bob".to_owned());
            let account = twin.operator().allow::<RevokeKey, Account>(&bob).await.unwrap();
            account.revoke_key(id).await.unwrap();
        };
        under_load(&lab, &key, revoke).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_is_taken_away_and_a_server_that_becomes_read_only_count_at_once() {
    for lab in Lab::all().await {
        let (key, _) = bob(&lab).await;
        let remove = |twin: Domain| async move {
            let team = twin.operator().allow::<Administer, Entity>(&EntityPath("team".to_owned())).await.unwrap();
            team.set_member("bob", Role::Viewer).await.unwrap();
        };
        under_load(&lab, &key, remove).await;
    }
    for lab in Lab::all().await {
        let (key, _) = bob(&lab).await;
        let close = |twin: Domain| async move {
            let org = twin.operator().allow::<Administer, Org>(&()).await.unwrap();
            org.change_settings(SettingsChange::named("read_only", "moving").unwrap()).await.unwrap();
        };
        under_load(&lab, &key, close).await;
    }
}
