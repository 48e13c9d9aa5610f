//! The command line: one file per command.
//!
//! Commands other than `serve` work on the same data directory or database, also while a server runs.

mod backup;
mod explain;
mod key;
mod open;
mod output;
mod project;
mod reference;
mod restore;
mod said;
mod serve;
mod team;
mod user;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;
use std::str::FromStr;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::{Config, with_file_defaults};
pub use said::Said;

/// Runstead: an open, self-hosted home for machine-learning runs.
#[derive(Debug, Parser)]
#[command(name = "runstead", version, max_term_width = 110)]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve,
    /// Users of this server.
    #[command(subcommand)]
    User(user::Command),
    /// API keys.
    #[command(subcommand)]
    Key(key::Command),
    /// Teams and their members.
    #[command(subcommand)]
    Team(team::Command),
    /// Projects and their members.
    #[command(subcommand)]
    Project(project::Command),
    /// Say whether a user may do something, and why, as the server would answer.
    Explain(explain::Command),
    /// Write everything the server keeps into one file, also while it runs.
    Backup(backup::Command),
    /// Fill an empty data directory or database from a backup.
    Restore(restore::Command),
    /// Read every stored file and compare it with its checksum.
    Verify(verify::Command),
    /// Print a generated page of the documentation.
    #[command(subcommand, hide = true)]
    Reference(reference::Command),
}

/// Runs the process's command and gives its exit code: 0 done, 1 refused or failed, 2 bad arguments.
pub fn run() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let command = match with_file_defaults(command(), &args) {
        Ok(command) => command,
        Err(error) => {
            output::complain(&error);
            return ExitCode::from(2);
        }
    };
    let cli = command.try_get_matches_from(args).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match cli {
        Ok(cli) => cli,
        // clap prints help and version to stdout with code 0, and mistakes to stderr with code 2.
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error.print().map_or(ExitCode::FAILURE, |()| ExitCode::from(code));
        }
    };
    match cli.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

impl Cli {
    /// Runs the command on a runtime of its own.
    fn run(self) -> Result<(), crate::Error> {
        let Self { config, command } = self;
        if let Command::Reference(command) = command {
            return command.run();
        }
        let runtime = tokio::runtime::Runtime::new().map_err(|e| crate::Error::startup("starting the runtime", e))?;
        runtime.block_on(async move {
            match command {
                Command::Serve => serve::run(config).await,
                Command::User(command) => command.run(&config).await,
                Command::Key(command) => command.run(&config).await,
                Command::Team(command) => command.run(&config).await,
                Command::Project(command) => command.run(&config).await,
                Command::Explain(command) => command.run(&config).await,
                Command::Backup(command) => command.run(&config).await,
                Command::Restore(command) => command.run(&config).await,
                Command::Verify(command) => command.run(&config).await,
                Command::Reference(command) => command.run(),
            }
        })
    }
}

/// Reads a word with rules (a role, a path) of an argument.
fn word<T: FromStr<Err = domain::Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|e| crate::Error::from(e).in_shell())
}

/// The parser. Server options are understood by every command, before or after its name; help shows all of them for
/// `serve` and elsewhere only those that say where the data is.
fn command() -> clap::Command {
    const EVERYWHERE: [&str; 4] = ["config", "data_dir", "database_url", "storage_url"];
    let options = Config::augment_args(clap::Command::new("options"));
    let options: Vec<_> = options.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let mut command = Cli::command();
    for option in &options {
        let hide = !EVERYWHERE.contains(&option.as_str());
        command = command.mut_arg(option, |arg| arg.global(true).hide(hide));
    }
    command.mut_subcommand("serve", |serve| {
        let serve = Config::augment_args(serve);
        options.iter().fold(serve, |serve, option| serve.mut_arg(option, |arg| arg.global(true)))
    })
}

#[cfg(test)]
mod tests;
