//! `runstead reference …`: pages of the documentation that are written by the program itself.

use clap::Subcommand;

use super::output;
use crate::{Error, config, graphql, permissions};

/// Which page.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Command {
    /// docs/configuration.md
    Config,
    /// docs/compatibility.md
    Compatibility,
    /// docs/permissions.md
    Permissions,
}

impl Command {
    /// Prints the page.
    pub fn run(self) -> Result<(), Error> {
        let page = match self {
            Self::Config => config::reference(),
            Self::Compatibility => graphql::compatibility()?,
            Self::Permissions => permissions::page(),
        };
        output::line(page.trim_end())
    }
}
