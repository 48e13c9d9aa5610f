//! `runstead backup FILE`

use std::io::BufWriter;
use std::path::PathBuf;

use clap::Args;

use super::{Said, open, output};
use crate::config::Config;
use crate::{Error, Problem};

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
            return Err(Error::Usage(Problem::FileExists { file: file.display().to_string() }));
        }
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let part = tempfile::NamedTempFile::new_in(&folder).map_err(|e| {
            Error::Usage(Problem::CannotWrite { folder: folder.display().to_string(), detail: e.to_string() })
        })?;
        let organization = open::organization(config).await?;
        let bar = output::progress(&Said::BackingUp);
        let (copied, part) = organization.backup(BufWriter::new(part), bar.steps()).await?;
        let part = part.into_inner().map_err(|e| Error::startup("writing the backup", e.into_error()))?;
        part.as_file().sync_all().map_err(|e| Error::startup("writing the backup", e))?;
        part.persist_noclobber(&file).map_err(|e| Error::startup("naming the backup", e.error))?;
        let domain::backup::Copied { rows, blobs: files, bytes } = copied;
        output::say(&Said::BackedUp { rows, files, bytes, file: file.display().to_string() })
    }
}
