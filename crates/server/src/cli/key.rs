//! `runstead key …`

use std::time::Duration;

use clap::Subcommand;
use domain::keys::{ApiKey, NewKey, NewKeyOptions, Within};
use domain::model::{EntityPath, KeyScope, ProjectPath};
use domain::policy::{Account, Administer, CreateKey, Entity, Org, Project, Read, RevokeKey, Session};
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
        /// Narrow the key to one team, or to one user's own space.
        #[arg(long, value_name = "NAME", conflicts_with = "project")]
        team: Option<String>,
        /// Print JSON, the secret with it.
        #[arg(long)]
        json: bool,
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
        /// Print JSON, the secret with it.
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let session = open::operator(config).await?;
        match self {
            Self::Create { user, name, expires, scope, project, team, json } => {
                let within = match (project, team) {
                    (Some(path), _) => Some(Within::Project(session.allow::<Read, Project>(&path).await?)),
                    (None, Some(name)) => Some(Within::Entity(session.allow::<Read, Entity>(&EntityPath(name)).await?)),
                    (None, None) => None,
                };
                let options = NewKeyOptions {
                    name: name.unwrap_or_default(),
                    scope: Some(scope),
                    expires_in_days: expires.map(days).transpose()?,
                    within,
                };
                let account = session.allow::<CreateKey, Account>(&EntityPath(user)).await?;
                told(account.create_key(options).await?, json)
            }
            Self::List { user, json } => list(&session, user, json).await,
            Self::Revoke { id } => {
                session.holder_of_key::<RevokeKey>(id).await?.revoke_key(id).await?;
                output::say(&Said::KeyRevoked { id })
            }
            Self::Rotate { id, overlap, json } => {
                let overlap = i64::try_from(overlap.unwrap_or_default().as_secs()).unwrap_or(i64::MAX >> 21);
                told(session.holder_of_key::<CreateKey>(id).await?.rotate_key(id, overlap).await?, json)
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

/// A new key: the secret alone, or with everything about it.
fn told(new: NewKey, json: bool) -> Result<(), Error> {
    if !json {
        return output::line(new.secret);
    }
    let mut row = serde_json::to_value(Row::from(new.key)).map_err(Error::fault)?;
    row["secret"] = new.secret.into();
    output::line(format_args!("{row:#}"))
}

async fn list(session: &Session, user: Option<String>, json: bool) -> Result<(), Error> {
    let keys = match user {
        Some(user) => session.allow::<Read, Account>(&EntityPath(user)).await?.keys().await?,
        None => session.allow::<Administer, Org>(&()).await?.keys().await?,
    };
    let rows: Vec<_> = keys.into_iter().map(Row::from).collect();
    let columns = [Said::Id, Said::User, Said::Name, Said::Key, Said::Scope, Said::Within, Said::State];
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
    within: Option<String>,
    created_at: String,
    last_used_at: Option<String>,
    last_used_from: Option<String>,
    last_used_client: Option<String>,
    expires_at: Option<String>,
    revoked_at: Option<String>,
    revoked_by: Option<String>,
}

impl From<ApiKey> for Row {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            user: key.owner,
            name: key.name,
            hint: key.hint,
            scope: key.scope.as_str(),
            within: key.within,
            created_at: rfc3339(key.created_at),
            last_used_at: key.last_used_at.map(rfc3339),
            last_used_from: key.last_used_from,
            last_used_client: key.last_used_client,
            expires_at: key.expires_at.map(rfc3339),
            revoked_at: key.revoked_at.map(rfc3339),
            revoked_by: key.revoked_by,
        }
    }
}

impl Row {
    fn cells(&self) -> [String; 7] {
        let state = match (&self.revoked_at, &self.expires_at) {
            (Some(at), _) => output::words(&Said::Revoked { at: at.clone() }),
            (None, Some(at)) => output::words(&Said::Expires { at: at.clone() }),
            (None, None) => String::new(),
        };
        let (name, within) = (self.name.clone(), self.within.clone().unwrap_or_default());
        [self.id.clone(), self.user.clone(), name, self.hint.clone(), self.scope.to_owned(), within, state]
    }
}
