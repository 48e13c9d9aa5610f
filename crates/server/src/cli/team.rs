//! `runstead team …`

use clap::Subcommand;
use domain::model::EntityPath;
use domain::policy::{Administer, Entity, Read};
use domain::rfc3339;
use domain::teams::TeamChange;
use serde::Serialize;

use super::{Said, open, output};
use crate::Error;
use crate::config::Config;

/// What can be done with teams.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a team.
    Create {
        /// Team name: an entity, as in `wandb.init(entity=NAME)`.
        name: String,
        /// The first administrator.
        #[arg(long, value_name = "USER")]
        admin: Option<String>,
    },
    /// Add a user to a team, or change the role of a member.
    Add {
        /// Team name.
        team: String,
        /// User name.
        user: String,
        /// What the user may do in the team: `viewer`, `member`, `admin` or a custom role's name.
        #[arg(long, default_value = "member")]
        role: String,
    },
    /// Give a team another name. The old one leads to the team from then on.
    Rename {
        /// Team name.
        team: String,
        /// Its new name.
        name: String,
    },
    /// Remove a user from a team. The user's runs stay.
    Remove {
        /// Team name.
        team: String,
        /// User name.
        user: String,
    },
    /// List teams and their members.
    List {
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let organization = open::organization(config).await?;
        let session = organization.session();
        match self {
            Self::Create { name, admin } => {
                organization.create_team(&name, admin.as_deref()).await?;
                output::say(&Said::TeamCreated { name })
            }
            Self::Add { team, user, role } => {
                let of = session.allow::<Administer, Entity>(&EntityPath(team.clone())).await?;
                of.set_member(&user, &role).await?;
                output::say(&Said::MemberAdded { user, role, of: team })
            }
            Self::Rename { team, name } => {
                let change = TeamChange { name: Some(name), ..TeamChange::default() };
                let name = session.allow::<Administer, Entity>(&EntityPath(team.clone())).await?.edit(change).await?;
                output::say(&Said::Renamed { old: team, new: name })
            }
            Self::Remove { team, user } => {
                let of = session.allow::<Administer, Entity>(&EntityPath(team.clone())).await?;
                of.remove_member(&user).await?;
                output::say(&Said::MemberRemoved { user, of: team })
            }
            Self::List { json } => {
                let mut rows = Vec::new();
                for team in organization.teams().await? {
                    let of = session.allow::<Read, Entity>(&EntityPath(team.name.clone())).await?;
                    let members = of.members().await?.into_iter().map(|m| Member { user: m.name, role: m.role });
                    let created_at = rfc3339(team.created_at);
                    rows.push(Row { name: team.name, created_at, members: members.collect() });
                }
                output::listing(&rows, json, [Said::Name, Said::Created, Said::Members], Row::cells)
            }
        }
    }
}

/// A team as listed.
#[derive(Serialize)]
struct Row {
    name: String,
    created_at: String,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct Member {
    user: String,
    role: String,
}

impl Row {
    fn cells(&self) -> [String; 3] {
        let members: Vec<_> = self.members.iter().map(|member| format!("{} ({})", member.user, member.role)).collect();
        [self.name.clone(), self.created_at.chars().take(10).collect(), members.join(", ")]
    }
}
