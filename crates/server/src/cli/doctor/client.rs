//! Which client is installed, and where its version looks for things.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use super::machine::Machine;

/// A version of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

/// The newest whose ways are known here.
pub const NEWEST: Version = Version(0, 31, 0);

/// When an API key in a settings file counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsKey {
    /// Before netrc.
    First,
    /// Never.
    Ignored,
    /// When netrc has none.
    Last,
}

/// What differs among versions, each read in the source of the release that changed it.
impl Version {
    /// Whether netrc is asked for `HOST:PORT`; before 0.23.1 the library `requests` asked it for `HOST`.
    pub fn asks_netrc_with_port(self) -> bool {
        self >= Self(0, 23, 1)
    }

    /// When `api_key` of a settings file counts.
    pub fn settings_key(self) -> SettingsKey {
        match self {
            _ if self < Self(0, 23, 1) => SettingsKey::First,
            _ if self < Self(0, 30, 0) => SettingsKey::Ignored,
            _ => SettingsKey::Last,
        }
    }

    /// Whether `WANDB_CONFIG_DIR` moves the global settings file.
    pub fn obeys_config_dir(self) -> bool {
        self >= Self(0, 19, 11)
    }

    /// Whether `WANDB_IDENTITY_TOKEN_FILE` is known.
    pub fn knows_identity_tokens(self) -> bool {
        self >= Self(0, 18, 0)
    }

    /// Whether `WANDB_DISABLED` makes runs offline.
    pub fn obeys_disabled(self) -> bool {
        self < Self(0, 19, 0)
    }

    /// The host of who configures none.
    pub fn default_host(self) -> &'static str {
        if self >= Self(0, 31, 0) { "https://api.forge.coreweave.com" } else { "https://api.wandb.ai" }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Reads `0.31.0`; what follows the third number (`.dev1`, `rc2`) does not matter here.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut numbers = text.split('.').map(|part| {
            let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            part[..digits].parse().map_err(|_| format!("`{text}` is not a version; write it like 0.31.0"))
        });
        let mut next = || numbers.next().unwrap_or(Ok(0));
        Ok(Self(next()?, next()?, next()?))
    }
}

/// The client of the active Python environment, else of the Python that is found first: its version and its folder.
pub fn installed(machine: &Machine) -> Option<(Version, PathBuf)> {
    prefixes(machine).into_iter().find_map(|prefix| {
        let packages = site_packages(&prefix).into_iter().find_map(|folder| version_in(&folder));
        packages.map(|version| (version, prefix))
    })
}

/// Folders of Python installations, in the order in which `python` would come from them.
fn prefixes(machine: &Machine) -> Vec<PathBuf> {
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(|name| machine.var(name)).map(PathBuf::from);
    let on_path = machine.var("PATH").map(|path| std::env::split_paths(path).collect::<Vec<_>>()).unwrap_or_default();
    let has_python = |bin: &PathBuf| ["python3", "python", "python.exe"].iter().any(|name| bin.join(name).exists());
    let on_path = on_path.into_iter().filter(has_python).filter_map(|bin| bin.parent().map(Path::to_path_buf));
    active.chain(on_path).chain([machine.home.join(".local")]).collect()
}

/// Where packages are installed below a prefix.
fn site_packages(prefix: &Path) -> Vec<PathBuf> {
    let mut folders = vec![prefix.join("Lib/site-packages")];
    for lib in [prefix.join("lib"), prefix.join("local/lib")] {
        let pythons = std::fs::read_dir(&lib).into_iter().flatten().flatten().map(|entry| entry.path());
        let pythons =
            pythons.filter(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with("python")));
        folders.extend(pythons.flat_map(|python| [python.join("site-packages"), python.join("dist-packages")]));
    }
    folders
}

/// The version of the client in a folder of packages.
fn version_in(folder: &Path) -> Option<Version> {
    let entries = std::fs::read_dir(folder).ok()?;
    entries.flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        name.strip_prefix("wandb-")?.strip_suffix(".dist-info")?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare() {
        let of = |text: &str| text.parse::<Version>().unwrap();
        assert!(of("0.9.7") < of("0.22.3") && of("0.22.3") < of("0.23.1.dev1") && of("0.23.1rc2") == of("0.23.1"));
        assert_eq!(of("0.31").to_string(), "0.31.0");
        assert!("new".parse::<Version>().is_err());
        assert!(!of("0.23.0").asks_netrc_with_port() && of("0.23.1").asks_netrc_with_port());
    }

    #[test]
    fn the_active_environment_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        let make = |path: &str| std::fs::create_dir_all(folder.path().join(path)).unwrap();
        make("venv/lib/python3.11/site-packages/wandb-0.22.3.dist-info");
        make("usr/lib/python3.12/dist-packages/wandb-0.31.0.dist-info");
        make("usr/bin/python3");
        let at = |name: &str| folder.path().join(name).display().to_string();
        let mut machine = Machine { home: folder.path().join("home"), ..Machine::default() };
        assert_eq!(installed(&machine), None);
        machine.env.insert("PATH".to_owned(), at("usr/bin"));
        assert_eq!(installed(&machine).map(|(version, _)| version.to_string()).as_deref(), Some("0.31.0"));
        machine.env.insert("VIRTUAL_ENV".to_owned(), at("venv"));
        assert_eq!(installed(&machine).map(|(version, _)| version.to_string()).as_deref(), Some("0.22.3"));
    }
}
