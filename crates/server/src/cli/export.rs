//! `runstead export ENTITY/PROJECT DIR`

use std::path::PathBuf;

use clap::Args;
use domain::model::ProjectPath;
use domain::policy::{Project, Read};

use super::{Said, open, output, word};
use crate::Error;
use crate::config::Config;

/// What to write where.
#[derive(Debug, Args)]
pub struct Command {
    /// The project, as `entity/project`.
    #[arg(value_parser = word::<ProjectPath>)]
    project: ProjectPath,
    /// The folder to write; one that an earlier export wrote is brought up to date.
    folder: PathBuf,
    /// Only these runs and what they logged: a JSON filter, as `wandb.Api().runs(filters=…)` takes it.
    #[arg(long)]
    filters: Option<String>,
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let project = open::operator(config).await?.allow::<Read, Project>(&self.project).await?;
        let bar = output::progress(&Said::Exporting);
        let done = project.export_folder(&self.folder, self.filters.as_deref(), bar.steps()).await?;
        let domain::export::Exported { runs, unchanged, versions, files, bytes } = done;
        let folder = self.folder.display().to_string();
        output::say(&Said::Exported { runs, unchanged, versions, files, bytes, folder })
    }
}
