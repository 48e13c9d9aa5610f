//! The command line: one file per command.
//!
//! Commands other than `serve` work on the same data directory or database, also while a server runs.

mod backup;
mod doctor;
mod explain;
mod export;
mod key;
mod open;
mod output;
mod project;
mod reference;
mod restore;
mod said;
mod serve;
mod service_account;
mod settings;
mod team;
mod user;
mod verify;

use std::ffi::OsString;
use std::process::ExitCode;
use std::str::FromStr;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

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
    /// Service accounts: for machines, with keys and without a password.
    #[command(subcommand)]
    ServiceAccount(service_account::Command),
    /// What the organization has set: read-only mode, limits of keys, sign-in, retention of the audit log.
    #[command(subcommand)]
    Settings(settings::Command),
    /// Say whether a user may do something, and why, as the server would answer.
    Explain(explain::Command),
    /// Find out, on a user's machine, what the wandb client would use there and whether it works.
    Doctor(doctor::Command),
    /// Write a project as a folder of Parquet and plain files, also while the server runs.
    Export(export::Command),
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
    let cli = command.try_get_matches_from(args).and_then(|matches| parsed(&matches));
    let cli = match cli {
        Ok(cli) => cli,
        // clap prints help and version to stdout with code 0, and mistakes to stderr with code 2.
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return error.print().map_or(ExitCode::FAILURE, |()| ExitCode::from(code));
        }
    };
    match cli.run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// The arguments as values.
fn parsed(matches: &ArgMatches) -> Result<Cli, clap::Error> {
    let mut cli = Cli::from_arg_matches(matches)?;
    if let (Command::Doctor(doctor), Some((_, matches))) = (&mut cli.command, matches.subcommand()) {
        doctor.take_base_url(matches);
    }
    Ok(cli)
}

impl Cli {
    /// Runs the command on a runtime of its own; false when it did its work and the outcome is bad.
    fn run(self) -> Result<bool, crate::Error> {
        let Self { config, command } = self;
        if let Command::Reference(command) = command {
            return command.run().map(|()| true);
        }
        let runtime = tokio::runtime::Runtime::new().map_err(|e| crate::Error::startup("starting the runtime", e))?;
        runtime.block_on(async move {
            let done = match command {
                Command::Doctor(command) => return command.run().await,
                Command::Serve => serve::run(config).await,
                Command::User(command) => command.run(&config).await,
                Command::Key(command) => command.run(&config).await,
                Command::Team(command) => command.run(&config).await,
                Command::Project(command) => command.run(&config).await,
                Command::ServiceAccount(command) => command.run(&config).await,
                Command::Settings(command) => command.run(&config).await,
                Command::Explain(command) => command.run(&config).await,
                Command::Export(command) => command.run(&config).await,
                Command::Backup(command) => command.run(&config).await,
                Command::Restore(command) => command.run(&config).await,
                Command::Verify(command) => command.run(&config).await,
                Command::Reference(command) => command.run(),
            };
            done.map(|()| true)
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
    let command = command.mut_subcommand("serve", |serve| {
        let serve = with_options(serve);
        options.iter().fold(serve, |serve, option| serve.mut_arg(option, |arg| arg.global(true)))
    });
    command.mut_subcommand("doctor", |doctor| {
        let doctor = with_options(doctor);
        options.iter().fold(doctor, |doctor, option| doctor.mut_arg(option, doctor::of_server))
    })
}

/// A command that shows the server's options itself, under its own words.
fn with_options(command: clap::Command) -> clap::Command {
    let about = command.get_about().cloned().unwrap_or_default();
    Config::augment_args(command).about(about)
}

#[cfg(test)]
mod tests;
