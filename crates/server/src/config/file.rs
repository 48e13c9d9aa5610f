//! `runstead.toml`: its values become the defaults of the command line parser.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Arg, Args, Command};

use super::{Config, default_data_dir};
use crate::{Error, Problem};

/// Gives `command`, whose arguments contain [`Config`]'s, the values of the configuration file as defaults.
///
/// `args` are the process's arguments: they may name the file or the data directory.
pub fn with_file_defaults(mut command: Command, args: &[OsString]) -> Result<Command, Error> {
    let Some(path) = find(args) else { return Ok(command) };
    let file = path.display().to_string();
    let text = std::fs::read_to_string(&path)
        .map_err(|e| Error::Usage(Problem::ConfigUnreadable { file: file.clone(), detail: e.to_string() }))?;
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        Error::Usage(Problem::ConfigNotToml { file: file.clone(), detail: e.to_string() })
    })?;
    let known = keys();
    for (key, value) in table {
        if !known.contains(&key) {
            let nearest = nearest(&key, &known).unwrap_or_default();
            return Err(Error::Usage(Problem::ConfigUnknown { file, key, nearest }));
        }
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Array(_) | toml::Value::Table(_) => {
                return Err(Error::Usage(Problem::ConfigNotValue { file, key }));
            }
            other => other.to_string(),
        };
        command = command.mut_arg(&key, |arg| arg.default_value(value));
    }
    Ok(command)
}

/// The options a file may have.
fn keys() -> Vec<String> {
    let config = Config::augment_args(Command::new("config"));
    config.get_arguments().map(|arg| arg.get_id().to_string()).filter(|key| key != "config").collect()
}

/// The file named by flag or environment (which must exist), else one in the working or the data directory.
fn find(args: &[OsString]) -> Option<PathBuf> {
    let named = option(args, "config", "RUNSTEAD_CONFIG");
    if named.is_some() {
        return named;
    }
    let data_dir = option(args, "data-dir", "RUNSTEAD_DATA_DIR").unwrap_or_else(default_data_dir);
    [Path::new("runstead.toml").to_owned(), data_dir.join("runstead.toml")].into_iter().find(|path| path.is_file())
}

/// One option, read before the real parse: the file it leads to decides what the real parse takes as defaults.
fn option(args: &[OsString], flag: &'static str, env: &'static str) -> Option<PathBuf> {
    let early = Command::new("early")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .ignore_errors(true)
        .arg(Arg::new(flag).long(flag).env(env))
        .arg(Arg::new("rest").num_args(0..).allow_hyphen_values(true));
    // Only the part from the flag on: whatever stands before it belongs to commands this parser does not know.
    let at = args.iter().position(|arg| {
        arg.to_str().is_some_and(|arg| arg.strip_prefix("--").is_some_and(|a| a.split('=').next() == Some(flag)))
    });
    let part = std::iter::once(OsString::from("early")).chain(args.iter().skip(at.unwrap_or(args.len())).cloned());
    early.try_get_matches_from(part).ok()?.get_one::<String>(flag).map(PathBuf::from)
}

/// The known key that takes the fewest changes to write, when that is few enough to be a slip.
fn nearest(key: &str, known: &[String]) -> Option<String> {
    let key = key.replace('-', "_").to_lowercase();
    known.iter().map(|k| (distance(&key, k), k)).filter(|(d, k)| *d <= k.len() / 2).min().map(|(_, k)| k.clone())
}

/// Levenshtein distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.iter().enumerate() {
            let fewest = (diagonal + usize::from(from != *to)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], fewest);
        }
    }
    row[b.len()]
}
