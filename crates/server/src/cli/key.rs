//! `runstead key …`

use std::time::Duration;

use clap::Subcommand;
use domain::keys::{ApiKey, NewKeyOptions};
use domain::model::{EntityPath, KeyScope, ProjectPath};
use domain::policy::{Account, Allowed, Project, Read, Session, Update};
use domain::rfc3339;
use serde::Serialize;

use super::{Said, open, output, word};
use crate::config::{Config, duration};
use crate::{Error, Problem};

/// What can be done with API keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a key and print it. It is stored only as a hash and never shown again.
    Create {
        /// The owner.
        #[arg(long, value_name = "NAME")]
        user: String,
        /// What the key is for.
        #[arg(long)]
        name: Option<String>,
        /// How long the key is good, like 90d, in whole days. Without it, until it is revoked.
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        expires: Option<Duration>,
        /// What the key may do at most: `read` or `write`.
        #[arg(long, default_value = "write", value_parser = word::<KeyScope>)]
        scope: KeyScope,
        /// Narrow the key to one project.
        #[arg(long, value_name = "ENTITY/PROJECT", value_parser = word::<ProjectPath>)]
        project: Option<ProjectPath>,
    },
    /// List keys (never their secrets).
    List {
        /// Only this user's.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// End a key at once.
    Revoke {
        /// The key's id, as `key list` shows it.
        id: i64,
    },
    /// Replace a key: print a new one with the same limits and end the old one after an overlap.
    Rotate {
        /// The key's id.
        id: i64,
        /// How long the old key stays good, like 24h. Without it, it ends at once.
        #[arg(long, value_name = "DURATION", value_parser = duration)]
        overlap: Option<Duration>,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let session = open::operator(config).await?;
        match self {
            Self::Create { user, name, expires, scope, project } => {
                let project = match project {
                    Some(path) => Some(session.allow::<Read, Project>(&path).await?),
                    None => None,
                };
                let options = NewKeyOptions {
                    name: name.unwrap_or_default(),
                    scope: Some(scope),
                    expires_in_days: expires.map(days).transpose()?,
                    project,
                };
                let account = session.allow::<Update, Account>(&EntityPath(user)).await?;
                output::line(account.create_key(options).await?.secret)
            }
            Self::List { user, json } => list(&session, config, user, json).await,
            Self::Revoke { id } => {
                owner(&session, id).await?.revoke_key(id).await?;
                output::say(&Said::KeyRevoked { id })
            }
            Self::Rotate { id, overlap } => {
                let overlap = i64::try_from(overlap.unwrap_or_default().as_secs()).unwrap_or(i64::MAX >> 21);
                output::line(owner(&session, id).await?.rotate_key(id, overlap).await?.secret)
            }
        }
    }
}

/// Keys expire after whole days.
fn days(duration: Duration) -> Result<u32, Error> {
    let days = duration.as_secs() / 86_400;
    match u32::try_from(days) {
        Ok(whole) if whole > 0 && days * 86_400 == duration.as_secs() => Ok(whole),
        _ => Err(Error::Usage(Problem::WholeDays)),
    }
}

/// The account that the key `id` belongs to.
async fn owner(session: &Session, id: i64) -> Result<Allowed<Update, Account>, Error> {
    let owner = session.key_owner(id).await?;
    Ok(session.allow::<Update, Account>(&EntityPath(owner)).await?)
}

async fn list(session: &Session, config: &Config, user: Option<String>, json: bool) -> Result<(), Error> {
    let users = match user {
        Some(user) => vec![user],
        None => open::organization(config).await?.users().await?.into_iter().map(|user| user.name).collect(),
    };
    let mut rows = Vec::new();
    for user in users {
        let account = session.allow::<Read, Account>(&EntityPath(user.clone())).await?;
        rows.extend(account.keys().await?.into_iter().map(|key| Row::new(&user, key)));
    }
    let columns = [Said::Id, Said::User, Said::Name, Said::Key, Said::Scope, Said::Project, Said::State];
    output::listing(&rows, json, columns, Row::cells)
}

/// A key as listed.
#[derive(Serialize)]
struct Row {
    id: String,
    user: String,
    name: String,
    hint: String,
    scope: &'static str,
    project: Option<String>,
    created_at: String,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
}

impl Row {
    fn new(user: &str, key: ApiKey) -> Self {
        let ApiKey { id, name, hint, scope, project, created_at, last_used_at, expires_at, revoked_at } = key;
        Self {
            id: id.to_string(),
            user: user.to_owned(),
            name,
            hint,
            scope: scope.as_str(),
            project,
            created_at: rfc3339(created_at),
            last_used_at: last_used_at.map(rfc3339),
            expires_at: expires_at.map(rfc3339),
            revoked_at: revoked_at.map(rfc3339),
        }
    }

    fn cells(&self) -> [String; 7] {
        let state = match (&self.revoked_at, &self.expires_at) {
            (Some(at), _) => output::words(&Said::Revoked { at: at.clone() }),
            (None, Some(at)) => output::words(&Said::Expires { at: at.clone() }),
            (None, None) => String::new(),
        };
        let (name, project) = (self.name.clone(), self.project.clone().unwrap_or_default());
        [self.id.clone(), self.user.clone(), name, self.hint.clone(), self.scope.to_owned(), project, state]
    }
}
