//! The machine that the doctor runs on, as far as the client looks at it: environment, home and working folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// One.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    /// The environment variables.
    pub env: BTreeMap<String, String>,
    /// What `~` means.
    pub home: PathBuf,
    /// Where the training script would be started.
    pub folder: PathBuf,
}

impl Machine {
    /// The one this process runs on. Variables that are not text cannot matter to the client.
    pub fn this() -> Self {
        let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        Self {
            env: std::env::vars_os().filter_map(text).collect(),
            home: std::env::home_dir().unwrap_or_default(),
            folder: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// A variable that is set and not empty: the client takes an empty one for none.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The first of several variables that is set.
    pub fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &str)> {
        names.iter().find_map(|name| Some((*name, self.var(name)?)))
    }

    /// A path as people write it, with `~` for the home.
    pub fn path(&self, text: &str) -> PathBuf {
        match text.strip_prefix("~/") {
            Some(rest) => self.home.join(rest),
            None => self.folder.join(text),
        }
    }

    /// A path as people read it.
    pub fn short(&self, path: &Path) -> String {
        match (path.strip_prefix(&self.folder), path.strip_prefix(&self.home)) {
            (Ok(rest), _) if !self.folder.as_os_str().is_empty() => format!("./{}", rest.display()),
            (_, Ok(rest)) if !self.home.as_os_str().is_empty() => format!("~/{}", rest.display()),
            _ => path.display().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_shown_as_people_write_them() {
        let machine = Machine { env: BTreeMap::new(), home: "/home/ann".into(), folder: "/home/ann/code".into() };
        assert_eq!(machine.path("~/k"), Path::new("/home/ann/k"));
        assert_eq!(machine.path("k"), Path::new("/home/ann/code/k"));
        assert_eq!(machine.path("/k"), Path::new("/k"));
        for (path, shown) in [("/home/ann/code/k", "./k"), ("/home/ann/k", "~/k"), ("/etc/k", "/etc/k")] {
            assert_eq!(machine.short(Path::new(path)), shown);
        }
    }
}
