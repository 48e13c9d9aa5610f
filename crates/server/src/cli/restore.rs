//! `runstead restore FILE`

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;

use super::{open, output};
use crate::Error;
use crate::config::Config;

/// What to restore.
#[derive(Debug, Args)]
pub struct Command {
    /// A file that `runstead backup` wrote. The data directory or database must be empty.
    file: PathBuf,
}

impl Command {
    /// Does it.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let file = File::open(&self.file)
            .map_err(|e| Error::Usage(format!("cannot read the backup {}: {e}", self.file.display())))?;
        let organization = open::organization(config).await?;
        let bar = output::progress("restoring files");
        let copied = organization.restore(BufReader::new(file), bar.steps()).await?;
        let domain::backup::Copied { rows, blobs, bytes } = copied;
        output::line(format_args!("restored {rows} rows and {blobs} files ({bytes} bytes)"))
    }
}
