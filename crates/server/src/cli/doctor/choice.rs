//! A value that the client may find in several places: the one it uses, and those it does not.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::client::{Version, installed};
use super::ini;
use super::machine::Machine;
use super::report::Report;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The user's code, given on the doctor's command line.
    Code(&'static str),
    /// An environment variable.
    Variable(&'static str),
    /// A settings file.
    Settings(PathBuf),
    /// An entry of the netrc file.
    Netrc(PathBuf, String),
    /// Nobody said anything.
    Default,
}

/// A value and its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The value.
    pub value: String,
    /// Its source.
    pub source: Source,
}

impl Found {
    /// A found value.
    pub fn new(value: impl Into<String>, source: Source) -> Self {
        Self { value: value.into(), source }
    }
}

/// All places that have a value, the one that counts first.
pub type Choice = Vec<Found>;

/// What the user's code gives to the client, told to the doctor by flags.
#[derive(Clone, Debug, Default)]
pub struct Code {
    /// `wandb.login(host=…)`.
    pub base_url: Option<String>,
    /// `wandb.init(entity=…)`.
    pub entity: Option<String>,
    /// `wandb.init(project=…)`.
    pub project: Option<String>,
    /// `wandb.init(mode=…)`.
    pub mode: Option<String>,
    /// `wandb.login(key=…)`.
    pub key: Option<String>,
}

/// Everything that the client reads before it asks any server.
pub struct Places<'a> {
    /// The machine.
    pub machine: &'a Machine,
    /// The arguments in the code.
    pub code: Code,
    /// The version whose ways count.
    pub version: Version,
    files: Vec<(PathBuf, BTreeMap<String, String>)>,
    /// Settings files that the client cannot use, and the number of the line.
    pub broken: Vec<(PathBuf, usize)>,
}

impl<'a> Places<'a> {
    /// Reads the settings files: `wandb/settings` of the working folder (`.wandb` if that folder exists), then the
    /// user's own.
    pub fn read(machine: &'a Machine, code: Code, version: Version) -> Self {
        let hidden = machine.folder.join(".wandb");
        let local = if hidden.exists() { hidden } else { machine.folder.join("wandb") };
        let moved = machine.var("WANDB_CONFIG_DIR").filter(|_| version.obeys_config_dir());
        let global = moved.map_or_else(|| machine.home.join(".config/wandb"), |folder| machine.path(folder));
        let (mut files, mut broken) = (Vec::new(), Vec::new());
        for path in [local.join("settings"), global.join("settings")] {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            match ini::parse(&text) {
                Ok(values) => files.push((path, values)),
                Err(line) => broken.push((path, line)),
            }
        }
        Self { machine, code, version, files, broken }
    }

    /// A setting: the code's argument, the variable, the local settings file, the global one.
    pub fn choice(&self, code: (Option<&String>, &'static str), variable: &'static str, setting: &str) -> Choice {
        let argument = code.0.map(|value| Found::new(value, Source::Code(code.1)));
        // Also an empty one: it hides what the files say.
        let variable = self.machine.env.get(variable).map(|value| Found::new(value, Source::Variable(variable)));
        argument.into_iter().chain(variable).chain(self.setting(setting)).collect()
    }

    /// What the settings files say, the local one first.
    pub fn setting(&self, name: &str) -> impl Iterator<Item = Found> {
        let of = |(path, values): &(PathBuf, BTreeMap<String, String>)| {
            values.get(name).map(|value| Found::new(value, Source::Settings(path.clone())))
        };
        self.files.iter().filter_map(of)
    }

    /// The server's address, without a slash at the end.
    pub fn host(&self) -> Choice {
        let mut all = self.choice((self.code.base_url.as_ref(), "--base-url"), "WANDB_BASE_URL", "base_url");
        all.push(Found::new(self.version.default_host(), Source::Default));
        for found in &mut all {
            found.value.truncate(found.value.trim_end_matches('/').len());
        }
        all
    }

    /// `wandb.init(entity=…)`.
    pub fn entity(&self) -> Choice {
        self.choice((self.code.entity.as_ref(), "--entity"), "WANDB_ENTITY", "entity")
    }

    /// `wandb.init(project=…)`.
    pub fn project(&self) -> Choice {
        self.choice((self.code.project.as_ref(), "--project"), "WANDB_PROJECT", "project")
    }

    /// `wandb.init(mode=…)`.
    pub fn mode(&self) -> Choice {
        self.choice((self.code.mode.as_ref(), "--mode"), "WANDB_MODE", "mode")
    }

    /// A source in words.
    pub fn words(&self, source: &Source, report: &Report) -> String {
        match source {
            Source::Code(flag) => report.say("source.code", &[("flag", (*flag).to_owned())]),
            Source::Variable(name) => (*name).to_owned(),
            Source::Settings(path) => self.machine.short(path),
            Source::Netrc(path, machine) => format!("{} (machine {machine})", self.machine.short(path)),
            Source::Default => report.say("source.default", &[]),
        }
    }

    /// Adds to the last finding what else there is and does not count.
    pub fn note_unused(&self, report: &mut Report, choice: &Choice, show: impl Fn(&str) -> String) {
        for found in choice.iter().skip(1).filter(|found| found.source != Source::Default).rev() {
            let args = [("value", show(&found.value)), ("source", self.words(&found.source, report))];
            let line = report.say("unused", &args);
            report.note(&line);
        }
    }
}

/// The version to follow: the one asked for, else the installed one, else the newest.
pub fn version(machine: &Machine, asked: Option<Version>, report: &mut Report) -> Version {
    if let Some(version) = asked {
        report.passed("client.asked", &[("version", version.to_string())]);
        return version;
    }
    match installed(machine) {
        Some((version, prefix)) => {
            let args = [("version", version.to_string()), ("folder", machine.short(&prefix))];
            report.passed("client.installed", &args);
            version
        }
        None => {
            report.warning("client.none", &[("version", super::client::NEWEST.to_string())]);
            super::client::NEWEST
        }
    }
}

#[cfg(test)]
pub mod tests;
