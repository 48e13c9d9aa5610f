//! `runstead restore FILE`

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;

use super::{Said, open, output};
use crate::config::Config;
use crate::{Error, Problem};

/// What to restore.
#[derive(Debug, Args)]
pub struct Command {
    /// A file that `runstead backup` wrote. The data directory or database must be empty.
    file: PathBuf,
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let unreadable = |e: std::io::Error| {
            Error::Usage(Problem::BackupUnreadable { file: self.file.display().to_string(), detail: e.to_string() })
        };
        let file = File::open(&self.file).map_err(unreadable)?;
        let organization = open::organization(config).await?;
        let bar = output::progress(&Said::Restoring);
        let copied = organization.restore(BufReader::new(file), bar.steps()).await?;
        let domain::backup::Copied { rows, blobs: files, bytes } = copied;
        output::say(&Said::Restored { rows, files, bytes })
    }
}
