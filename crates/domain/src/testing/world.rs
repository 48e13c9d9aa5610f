//! A server with a team's project in it, somebody who may, and a stranger who may not.

use serde_json::{Value, json};

use super::domains;
use crate::db::sql;
use crate::model::{EntityPath, ProjectPath, RunPath};
use crate::policy::{
    Account, Administer, Allowed, ClientInfo, Create, Credential, On, Org, Place, Project, Read, Run, Session, Update,
};
use crate::users::NewUser;
use crate::{Domain, Error};

/// Alice's project `alice/p`, and Mallory who has nothing to do with it.
pub(crate) struct World {
    pub domain: Domain,
    pub alice: Session,
    pub mallory: Session,
}

impl World {
    /// One per database.
    pub async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for domain in domains().await {
            let (alice, mallory) = (user(&domain, "alice").await, user(&domain, "mallory").await);
            let place = alice.allow::<Create, Place>(&ProjectPath::new("alice", "p")).await.unwrap();
            place.create_project(None, None).await.unwrap();
            all.push(Self { domain, alice, mallory });
        }
        all
    }

    pub async fn project(&self) -> Allowed<Read, Project> {
        self.alice.allow::<Read, Project>(&ProjectPath::new("alice", "p")).await.unwrap()
    }

    pub async fn read(&self, run: &str) -> Allowed<Read, Run> {
        self.proof::<Read>(&self.alice, run).await.unwrap()
    }

    pub async fn update(&self, run: &str) -> Allowed<Update, Run> {
        self.proof::<Update>(&self.alice, run).await.unwrap()
    }

    pub async fn proof<A: On<Run>>(&self, who: &Session, run: &str) -> Result<Allowed<A, Run>, Error> {
        who.allow::<A, Run>(&RunPath::new("alice", "p", run)).await
    }

    /// Inserts a finished run of alice's; `columns` overwrite the defaults, JSON columns are given as JSON.
    pub async fn insert_run(&self, name: &str, columns: Value) -> i64 {
        let id = self.domain.clock().id().unwrap();
        let now = self.domain.clock().now();
        let mut row = json!({
            "id": id, "project_id": self.project().await.resource().id, "name": name, "display_name": name,
            "user_id": self.alice.user().unwrap().id, "state": "finished", "generation": 0, "config": {}, "summary": {},
            "system_metrics": {}, "tags": [], "stop_requested": false, "preempting": false,
            "created_at": now, "updated_at": now, "heartbeat_at": now,
        });
        for (column, value) in columns.as_object().unwrap() {
            row[column] = value.clone();
        }
        let row = row.as_object().unwrap();
        let names: Vec<_> = row.keys().cloned().collect();
        let text =
            format!("INSERT INTO run ({}) VALUES ({})", names.join(", "), crate::db::placeholders(1, names.len()));
        let mut statement = sql(text);
        for value in row.values() {
            statement = match value {
                Value::Bool(b) => statement.bind(*b),
                Value::Number(n) => statement.bind(n.as_i64().unwrap()),
                Value::String(s) => statement.bind(s),
                other => statement.bind(other.to_string()),
            };
        }
        statement.run(self.domain.db()).await.unwrap();
        row["id"].as_i64().unwrap()
    }
}

/// A new account's session, by key.
pub(crate) async fn user(domain: &Domain, name: &str) -> Session {
    let org = domain.operator().allow::<Administer, Org>(&()).await.unwrap();
    org.create_user(NewUser { name: name.to_owned(), ..NewUser::default() }).await.unwrap();
    let account = domain.operator().allow::<Update, Account>(&EntityPath(name.to_owned())).await.unwrap();
    let key = account.create_key(Default::default()).await.unwrap();
    domain.session(Credential::Key(key.secret), ClientInfo::default()).await.unwrap()
}
