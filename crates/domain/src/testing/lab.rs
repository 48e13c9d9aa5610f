//! A team's project with a member who submits runs, a viewer, and a stranger; the clock stands still.

use history::NonFinite;

use super::domains_at;
use crate::db::sql;
use crate::model::{ProjectPath, Role, RunPath};
use crate::policy::{
    Administer, Allowed, ClientInfo, CreateUser, Credential, Entity, On, Org, Place, Read, Run, Session, Submit, Update,
};
use crate::runs::streams::{self, StreamKind};
use crate::runs::{FileChunk, RunChange, RunUpsert, StreamUpdate, Upserted, effective_state};
use crate::users::NewUser;
use crate::{Clock, Domain, Error};

/// The project is `team/p`; it is made by the first run.
pub(crate) struct Lab {
    pub domain: Domain,
    /// Member of the team.
    pub alice: Session,
    /// Viewer of the team.
    pub victor: Session,
    /// In no team.
    pub mallory: Session,
}

impl Lab {
    /// One per database; the clock begins in November 2026.
    pub async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        let storage = || format!("file:{}", tempfile::tempdir().unwrap().keep().display());
        for domain in domains_at(&Clock::fixed(1_795_300_000_000_000), storage).await {
            let users = ["alice", "victor", "mallory"];
            let mut sessions = Vec::new();
            for name in users {
                sessions.push(user(&domain, name).await);
            }
            let org = domain.operator().allow::<Administer, Org>(&()).await.unwrap();
            let team: Allowed<Administer, Entity> = org.create_team("team", None).await.unwrap();
            team.set_member("alice", Role::Member).await.unwrap();
            team.set_member("victor", Role::Viewer).await.unwrap();
            let [alice, victor, mallory] = sessions.try_into().unwrap();
            all.push(Self { domain, alice, victor, mallory });
        }
        all
    }

    /// Another server on the same database and blobs.
    pub async fn twin(&self) -> Domain {
        Domain::open(self.domain.config().clone(), self.clock().clone()).await.unwrap()
    }

    pub fn clock(&self) -> &Clock {
        self.domain.clock()
    }

    pub async fn place(&self) -> Allowed<Submit, Place> {
        self.alice.allow::<Submit, Place>(&ProjectPath::new("team", "p").place()).await.unwrap()
    }

    /// What `wandb.init(id=name)` does.
    pub async fn init(&self, name: &str, change: impl FnOnce(&mut RunUpsert)) -> Upserted {
        let fields = RunChange { host: Some("vm".to_owned()), ..Default::default() };
        let mut upsert = RunUpsert { name: Some(name.to_owned()), change: fields, ..Default::default() };
        change(&mut upsert);
        self.place().await.upsert_run(upsert).await.unwrap()
    }

    pub async fn run(&self, name: &str) -> Allowed<Update, Run> {
        self.init(name, |_| {}).await.run
    }

    /// Asks as alice.
    pub async fn allow<A: On<Run>>(&self, name: &str) -> Result<Allowed<A, Run>, Error> {
        self.alice.allow::<A, Run>(&RunPath::new("team", "p", name)).await
    }

    /// The state to show.
    pub async fn state(&self, name: &str) -> &'static str {
        let run = self.allow::<Read>(name).await.unwrap();
        let text = "SELECT state, preempting, heartbeat_at FROM run WHERE id = $1";
        let (state, preempting, at): (String, bool, i64) =
            sql(text).bind(run.resource().id).one(self.domain.db()).await.unwrap();
        let timeout = self.domain.config().heartbeat_timeout;
        effective_state(state.parse().unwrap(), preempting, at, self.clock().now(), timeout).as_str()
    }

    /// A text column of the run.
    pub async fn text(&self, name: &str, column: &str) -> Option<String> {
        let run = self.allow::<Read>(name).await.unwrap();
        let text = format!("SELECT {column} FROM run WHERE id = $1");
        let (value,): (Option<String>,) = sql(text).bind(run.resource().id).one(self.domain.db()).await.unwrap();
        value
    }

    /// The rows of a stream, as JSON texts.
    pub async fn rows(&self, name: &str, kind: StreamKind) -> Vec<String> {
        let run = self.allow::<Read>(name).await.unwrap();
        let run = run.resource();
        let rows = streams::load(&self.domain, run.id, run.generation, kind, None, None).await.unwrap();
        rows.to_json_rows(None, NonFinite::Bare)
    }

    /// The rows of history, as JSON texts.
    pub async fn history(&self, name: &str) -> Vec<String> {
        self.rows(name, StreamKind::History).await
    }

    pub async fn count(&self, table: &str) -> i64 {
        let (count,): (i64,) = sql(format!("SELECT COUNT(*) FROM {table}")).one(self.domain.db()).await.unwrap();
        count
    }
}

/// A new account's session, by key.
pub(crate) async fn user(domain: &Domain, name: &str) -> Session {
    let org = domain.operator().allow::<CreateUser, Org>(&()).await.unwrap();
    let account = org.create_user(NewUser { name: name.to_owned(), ..NewUser::default() }).await.unwrap();
    let key = account.create_key(Default::default()).await.unwrap();
    domain.session(Credential::Key(key.secret), ClientInfo::default()).await.unwrap()
}

fn chunk(name: &str, offset: i64, lines: &[&str]) -> StreamUpdate {
    let files = vec![FileChunk { name: name.to_owned(), offset, lines: lines.into() }];
    StreamUpdate { files, ..Default::default() }
}

/// An update with history lines only.
pub(crate) fn history(offset: i64, lines: &[&str]) -> StreamUpdate {
    chunk("wandb-history.jsonl", offset, lines)
}

/// An update with system metrics only.
pub(crate) fn events(offset: i64, lines: &[&str]) -> StreamUpdate {
    chunk("wandb-events.jsonl", offset, lines)
}

/// An update with console lines only.
pub(crate) fn console(offset: i64, lines: &[&str]) -> StreamUpdate {
    chunk("output.log", offset, lines)
}

/// An update with a summary only.
pub(crate) fn summary(text: &str) -> StreamUpdate {
    chunk("wandb-summary.json", 0, &[text])
}
