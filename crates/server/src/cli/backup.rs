//! `runstead backup FILE`

use std::io::BufWriter;
use std::path::PathBuf;

use clap::Args;

use super::{open, output};
use crate::Error;
use crate::config::Config;

/// Where to write the backup.
#[derive(Debug, Args)]
pub struct Command {
    /// The file to write; it must not exist yet.
    file: PathBuf,
}

impl Command {
    /// Does it. The file appears under its name only when it is whole and on disk.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        let file = self.file;
        if file.exists() {
            return Err(Error::Usage(format!("{} exists already; choose another name", file.display())));
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let part = tempfile::NamedTempFile::new_in(&folder)
            .map_err(|e| Error::Usage(format!("cannot write to {}: {e}", folder.display())))?;
        let organization = open::organization(config).await?;
        let bar = output::progress("backing up files");
        let (copied, part) = organization.backup(BufWriter::new(part), bar.steps()).await?;
        let part = part.into_inner().map_err(|e| Error::startup("writing the backup", e.into_error()))?;
        part.as_file().sync_all().map_err(|e| Error::startup("writing the backup", e))?;
        part.persist_noclobber(&file).map_err(|e| Error::startup("naming the backup", e.error))?;
        let domain::backup::Copied { rows, blobs, bytes } = copied;
        output::line(format_args!("backed up {rows} rows and {blobs} files ({bytes} bytes) to {}", file.display()))
    }
}
