//! `runstead service-account …`

use clap::Subcommand;
use domain::keys::NewKeyOptions;
use domain::model::EntityPath;
use domain::policy::{Account, AddService, CreateKey, Entity, RemoveService};
use domain::rfc3339;
use domain::services::ServiceAccount;
use serde::Serialize;

use super::{Said, open, output};
use crate::Error;
use crate::config::Config;

/// What can be done with service accounts.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a service account.
    Create {
        /// The team that it belongs to.
        team: String,
        /// Its name.
        name: String,
        /// Create an API key too, and print only the key.
        #[arg(long)]
        print_api_key: bool,
        /// It may write in every team; TEAM is the one that is meant when a script names none.
        #[arg(long)]
        organization_wide: bool,
    },
    /// List all service accounts.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Delete a service account: its keys are refused from then on. Its runs stay.
    Delete {
        /// The team that it belongs to.
        team: String,
        /// Its name.
        name: String,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let organization = open::organization(config).await?;
        let session = organization.session();
        match self {
            Self::Create { team, name, print_api_key, organization_wide } => {
                let of = session.allow::<AddService, Entity>(&EntityPath(team.clone())).await?;
                let account = of.add_service_account(&name, organization_wide.then_some(&organization)).await?;
                if !print_api_key {
                    return output::say(&Said::ServiceAccountCreated { name: account.name, team });
                }
                let account = session.allow::<CreateKey, Account>(&EntityPath(account.name)).await?;
                let options = NewKeyOptions { name: "first key".to_owned(), ..NewKeyOptions::default() };
                output::line(account.create_key(options).await?.secret)
            }
            Self::List { json } => {
                let rows: Vec<_> = organization.service_accounts().await?.into_iter().map(Row::from).collect();
                let columns = [Said::Name, Said::Team, Said::Organization, Said::Created, Said::LastUsed];
                output::listing(&rows, json, columns, Row::cells)
            }
            Self::Delete { team, name } => {
                let of = session.allow::<RemoveService, Entity>(&EntityPath(team)).await?;
                of.remove_service_account(&name).await?;
                output::say(&Said::ServiceAccountDeleted { name })
            }
        }
    }
}

/// A service account as listed.
#[derive(Serialize)]
struct Row {
    name: String,
    team: String,
    organization_wide: bool,
    created_at: String,
    last_used_at: Option<String>,
}

impl From<ServiceAccount> for Row {
    fn from(account: ServiceAccount) -> Self {
        let ServiceAccount { id: _, name, entity, organization_wide, created_at, last_used_at } = account;
        Self {
            name,
            team: entity,
            organization_wide,
            created_at: rfc3339(created_at),
            last_used_at: last_used_at.map(rfc3339),
        }
    }
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let day = |at: &str| at.chars().take(10).collect();
        let yes = if self.organization_wide { "✓" } else { "" };
        let used = self.last_used_at.as_deref().map(day).unwrap_or_default();
        [self.name.clone(), self.team.clone(), yes.to_owned(), day(&self.created_at), used]
    }
}
