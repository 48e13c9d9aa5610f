//! `runstead project …`

use clap::Subcommand;
use domain::model::{ProjectPath, Visibility};
use domain::policy::{Create, Place, Project, Update};
use domain::rfc3339;
use serde::Serialize;

use super::{Said, open, output, word};
use crate::Error;
use crate::config::Config;

/// What can be done with projects.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a project.
    Create {
        /// Where and how it is called.
        #[arg(value_name = "ENTITY/NAME", value_parser = word::<ProjectPath>)]
        project: ProjectPath,
        /// Who sees it: `open`, `public`, `team` or `restricted`.
        #[arg(long, default_value = "team", value_parser = word::<Visibility>)]
        visibility: Visibility,
    },
    /// Add a user to a project, or change the role of a member.
    Add {
        /// Which project.
        #[arg(value_name = "ENTITY/NAME", value_parser = word::<ProjectPath>)]
        project: ProjectPath,
        /// User name.
        user: String,
        /// What the user may do in the project: `viewer`, `member`, `admin` or a custom role's name.
        #[arg(long, default_value = "member")]
        role: String,
    },
    /// Put a project into the archive: it is read, and nothing is added.
    Archive {
        /// Which project.
        #[arg(value_name = "ENTITY/NAME", value_parser = word::<ProjectPath>)]
        project: ProjectPath,
    },
    /// Take a project out of the archive.
    Unarchive {
        /// Which project.
        #[arg(value_name = "ENTITY/NAME", value_parser = word::<ProjectPath>)]
        project: ProjectPath,
    },
    /// Give a project another name. The old one leads to it from then on.
    Rename {
        /// Which project.
        #[arg(value_name = "ENTITY/NAME", value_parser = word::<ProjectPath>)]
        project: ProjectPath,
        /// Its new name, in the same entity.
        name: String,
    },
    /// List projects.
    List {
        /// Only this user's or team's.
        #[arg(long, value_name = "NAME")]
        entity: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let session = open::operator(config).await?;
        match self {
            Self::Create { project, visibility } => {
                let made = session
                    .allow::<Create, Place>(&project.place())
                    .await?
                    .create_project(Some(visibility), None)
                    .await?;
                if !made.inserted {
                    let project = project.to_string();
                    return Err(domain::Error::Conflict(domain::Problem::ProjectExists { project }).into());
                }
                output::say(&Said::ProjectCreated { project: project.to_string(), visibility })
            }
            Self::Add { project, user, role } => {
                session.allow::<Update, Project>(&project).await?.set_member(&user, Some(&role)).await?;
                output::say(&Said::MemberAdded { user, role, of: project.to_string() })
            }
            Self::Archive { project } => {
                session.allow::<Update, Project>(&project).await?.archive(true).await?;
                output::say(&Said::ProjectArchived { project: project.to_string() })
            }
            Self::Unarchive { project } => {
                session.allow::<Update, Project>(&project).await?.archive(false).await?;
                output::say(&Said::ProjectUnarchived { project: project.to_string() })
            }
            Self::Rename { project, name } => {
                let new = session.allow::<Update, Project>(&project).await?.rename(&name).await?;
                output::say(&Said::Renamed { old: project.to_string(), new: new.to_string() })
            }
            Self::List { entity, json } => {
                let projects = session.readable_projects(entity.as_deref()).await?;
                let rows: Vec<_> = projects.iter().map(|project| Row::new(project.resource())).collect();
                let columns = [Said::Project, Said::Visibility, Said::Created, Said::Updated];
                output::listing(&rows, json, columns, Row::cells)
            }
        }
    }
}

/// A project as listed.
#[derive(Serialize)]
struct Row {
    entity: String,
    name: String,
    visibility: &'static str,
    description: Option<String>,
    created_at: String,
    updated_at: String,
}

impl Row {
    fn new(project: &Project) -> Self {
        Self {
            entity: project.entity.clone(),
            name: project.name.clone(),
            visibility: project.visibility.as_str(),
            description: project.description.clone(),
            created_at: rfc3339(project.created_at),
            updated_at: rfc3339(project.updated_at),
        }
    }

    fn cells(&self) -> [String; 4] {
        let day = |at: &str| at.chars().take(10).collect();
        let path = format!("{}/{}", self.entity, self.name);
        [path, self.visibility.to_owned(), day(&self.created_at), day(&self.updated_at)]
    }
}
