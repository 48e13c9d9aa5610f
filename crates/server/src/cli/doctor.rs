//! `runstead doctor`: on a user's machine, what the `wandb` client would use there, and whether that works.
//!
//! First what can be read without asking anybody (which client, mode, host, key, entity, project: [`choice`] says where
//! each comes from), then the way to the host ([`reach`], [`server`], [`size`]), then the key's rights ([`login`],
//! [`access`]). The key is shown by its prefix and last four characters only, and goes to no other address than the
//! client would send it to: redirects are not followed, and questions about what a server is are asked without it.

mod access;
mod choice;
mod client;
mod ini;
mod login;
mod machine;
mod net;
mod netrc;
mod proxy;
mod reach;
mod report;
mod secret;
mod server;
mod settings;
mod size;
mod trouble;

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Args};

use crate::messages::Language;
use crate::{Error, Problem};
use access::Place;
use choice::{Code, Places};
use client::Version;
use machine::Machine;
use net::{Key, Net};
use report::Report;
use secret::Presented;
use server::Kind;

/// The flag that other commands understand too, with another meaning there.
const BASE_URL: &str = "base_url";

/// An option of the server as it is here: of no use, and therefore not in the help, apart from `--base-url`.
pub fn of_server(option: Arg) -> Arg {
    let option = option.global(true);
    if option.get_id() != BASE_URL {
        return option.hide(true);
    }
    let help = "The host that your code gives to `wandb.login(host=…)`";
    option.env(None::<&str>).help_heading(None::<&str>).help(help)
}

/// What the user's code gives to the client, as flags, and how to answer.
#[derive(Debug, Args)]
pub struct Command {
    /// From [`BASE_URL`], as it was written.
    #[arg(skip)]
    base_url: Option<String>,
    /// The entity that your code gives to `wandb.init(entity=…)`.
    #[arg(long, value_name = "NAME")]
    entity: Option<String>,
    /// The project that your code gives to `wandb.init(project=…)`.
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// The mode that your code gives to `wandb.init(mode=…)`.
    #[arg(long, value_name = "MODE")]
    mode: Option<String>,
    /// File with the key that your code gives to `wandb.login(key=…)`; `-` reads it from stdin.
    #[arg(long, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Version of the client whose ways to follow. Default: the installed one.
    #[arg(long, value_name = "VERSION")]
    client: Option<Version>,
    /// Language of the answer. Default: the terminal's.
    #[arg(long = "in", value_name = "CODE")]
    in_language: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl Command {
    /// Takes `--base-url` as it was written. Its environment variable and the configuration file speak of the server's
    /// own address; the client knows nothing of them.
    pub fn take_base_url(&mut self, matches: &ArgMatches) {
        let given = matches.value_source(BASE_URL) == Some(ValueSource::CommandLine);
        let raw = matches.get_raw(BASE_URL).and_then(|mut values| values.next());
        self.base_url = raw.filter(|_| given).and_then(|value| value.to_str()).map(str::to_owned);
    }

    /// Examines, prints, and says whether every check passed.
    pub async fn run(self) -> Result<bool, Error> {
        let machine = Machine::this();
        let language = self.in_language.as_deref().and_then(Language::of).unwrap_or_else(Language::of_shell);
        let mut report = Report::new(language);
        let key = self.api_key_file.as_deref().map(read_key).transpose()?;
        let Self { base_url, entity, project, mode, .. } = self;
        let code = Code { base_url, entity, project, mode, key };
        let version = choice::version(&machine, self.client, &mut report);
        let places = Places::read(&machine, code, version);
        examine(&places, &mut report).await?;
        report.print(self.json)?;
        Ok(report.failures() == 0)
    }
}

/// All checks; each group only when the one before leaves something to ask.
async fn examine(places: &Places<'_>, report: &mut Report) -> Result<(), Error> {
    places.check_files(report);
    places.check_mode(report);
    let Some(host) = places.check_host(report) else { return Ok(()) };
    let net = Net::new(places.machine, host, report.language)?;
    let key = places.check_key(&net.base, report);
    let entity = places.check_entity(report);
    let project = places.check_project(report);
    if !reach::reach(places.machine, &net.url, report).await {
        return Ok(());
    }
    let Some(kind) = server::identify(&net, places.machine, report).await else { return Ok(()) };
    size::check(&net, report).await;
    let key = match key {
        Some(Presented::Key(key)) => Some(Key::Api(key)),
        Some(Presented::IdentityToken(token)) => login::exchange(&net, &token, report).await,
        None => None,
    };
    let (Some(key), Some(project)) = (key, project) else { return Ok(()) };
    let Some(account) = login::check(&net, &key, report).await else { return Ok(()) };
    let place = Place { entity: entity.unwrap_or_else(|| account.default_entity.clone()), project };
    let explained = matches!(kind, Kind::Runstead) && access::explain(&net, &key, &place, report).await;
    if !explained {
        access::look(&net, &key, &account, &place, report).await;
    }
    Ok(())
}

/// The key in a file; line ends after it are not part of it.
fn read_key(path: &Path) -> Result<String, Error> {
    let text = match path.to_str() {
        Some("-") => std::io::read_to_string(std::io::stdin()),
        _ => std::fs::read_to_string(path),
    };
    let unreadable = |e: std::io::Error| Problem::KeyFile { file: path.display().to_string(), detail: e.to_string() };
    let text = text.map_err(|e| Error::Usage(unreadable(e)))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(test)]
mod tests;
