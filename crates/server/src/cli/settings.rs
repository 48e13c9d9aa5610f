//! `runstead settings …`: what the organization has set.

use clap::Subcommand;
use domain::policy::{Administer, Org};
use domain::settings::SettingsChange;
use serde::Serialize;
use serde_json::Value;

use super::{Said, open, output};
use crate::Error;
use crate::config::Config;

/// What can be done with settings.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List all settings.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print one setting; nothing where it is not set.
    Get {
        /// Its name, as `settings list` shows it.
        name: String,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Change one setting. Running servers follow within half a second.
    Set {
        /// Its name, as `settings list` shows it.
        name: String,
        /// `true` or `false`; a number of days, 0 for no limit; for `read_only` the reason that users are told, empty to
        /// make the server writable again.
        value: String,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let domain = open::domain(config, config.base_url(config.listen)).await?;
        match self {
            Self::List { json } => {
                let settings = domain.settings().await?;
                let rows = settings.named().map(|(name, value)| Row { name, value });
                output::listing(&rows, json, [Said::Name, Said::Value], |row| [row.name.to_owned(), plain(&row.value)])
            }
            Self::Get { name, json } => {
                let value = domain.settings().await?.get(&name)?;
                output::line(if json { value.to_string() } else { plain(&value) })
            }
            Self::Set { name, value } => {
                let change = SettingsChange::named(&name, &value)?;
                domain.operator().allow::<Administer, Org>(&()).await?.change_settings(change).await?;
                output::say(&match domain.settings().await?.get(&name)? {
                    Value::Null => Said::SettingLifted { name },
                    value => Said::SettingChanged { name, value: plain(&value) },
                })
            }
        }
    }
}

/// A setting as listed.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    value: Value,
}

/// As people read it: nothing where nothing is set.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
