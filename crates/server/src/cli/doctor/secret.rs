//! The key that the client would send, and what can be said about it without asking anybody.

use super::choice::{Choice, Found, Places, Source};
use super::client::SettingsKey;
use super::netrc::{self, Entries};
use super::report::Report;

/// What the client would present.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// An API key.
    Key(String),
    /// An identity token, for which the server gives a key.
    IdentityToken(String),
}

/// What a key looks like to people: its prefix and its last four characters.
pub fn hint(key: &str) -> String {
    let prefix = key.split_once('-').map_or("", |(prefix, _)| prefix);
    let prefix: String = if prefix.chars().count() <= 12 { prefix.to_owned() } else { String::new() };
    let count = key.chars().count();
    // Of a short text four characters would be too much of it.
    let last: String = key.chars().skip(if count >= 24 { count - 4 } else { count }).collect();
    if prefix.is_empty() { format!("…{last}") } else { format!("{prefix}-…{last}") }
}

/// Why the client itself refuses a key, as a sentence's code.
fn mistake(key: &str) -> Option<&'static str> {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    if key.trim() != key {
        return Some("key.spaces");
    }
    let parts: Vec<_> = key.split('.').collect();
    if parts.len() == 3 && parts.iter().all(|part| is_word(part)) {
        return None;
    }
    let secret = key.split_once('-').map_or(key, |(_, secret)| secret);
    match secret.chars().count() {
        _ if !is_word(secret) => Some("key.characters"),
        length if length < 40 => Some("key.short"),
        _ => None,
    }
}

/// What netrc is asked for: the host with its port, or without.
fn machine_of(host: &str, with_port: bool) -> String {
    let address = host.split_once("://").map_or(host, |(_, rest)| rest);
    let address = address.split(['/', '?', '#']).next().unwrap_or_default();
    if with_port {
        return address.to_owned();
    }
    let url = url::Url::parse(host).ok();
    url.and_then(|url| url.host_str().map(|host| host.trim_matches(['[', ']']).to_owned())).unwrap_or_default()
}

impl Places<'_> {
    /// Every key that the client could use for `host`, the one it uses first.
    pub fn keys(&self, host: &str) -> Choice {
        let mut all: Choice = Vec::new();
        all.extend(self.code.key.as_ref().map(|key| Found::new(key, Source::Code("--api-key-file"))));
        let variable = "WANDB_API_KEY";
        all.extend(self.machine.var(variable).map(|key| Found::new(key, Source::Variable(variable))));
        let settings: Choice = self.setting("api_key").filter(|found| !found.value.is_empty()).collect();
        let netrc = self.netrc_key(host);
        match self.version.settings_key() {
            SettingsKey::First => all.extend(settings.into_iter().chain(netrc)),
            SettingsKey::Ignored => all.extend(netrc),
            SettingsKey::Last => all.extend(netrc.into_iter().chain(settings)),
        }
        all
    }

    fn netrc_key(&self, host: &str) -> Option<Found> {
        let wanted = machine_of(host, self.version.asks_netrc_with_port());
        let entries = self.netrc().ok()?;
        let machine = if entries.contains_key(&wanted) { wanted } else { "default".to_owned() };
        let password = entries.get(&machine).filter(|password| !password.is_empty())?;
        Some(Found::new(password, Source::Netrc(netrc::file(self.machine), machine)))
    }

    /// The entries of the netrc file, none where there is no file; where it is malformed the number of the line.
    fn netrc(&self) -> Result<Entries, usize> {
        std::fs::read(netrc::file(self.machine))
            .map_or(Ok(Entries::new()), |bytes| netrc::parse(&String::from_utf8_lossy(&bytes)))
    }

    /// Reports which key is used, and gives it if the client would send it.
    pub fn check_key(&self, host: &str, report: &mut Report) -> Option<Presented> {
        let login = ("host", host.to_owned());
        let token_file = self.machine.var("WANDB_IDENTITY_TOKEN_FILE").filter(|_| self.version.knows_identity_tokens());
        if let Some(file) = token_file.filter(|_| self.code.key.is_none()) {
            return self.check_token(file, report);
        }
        let file = self.machine.short(&netrc::file(self.machine));
        if let Err(line) = self.netrc() {
            report.warning("key.netrc_broken", &[("file", file.clone()), ("line", line.to_string())]);
        }
        let keys = self.keys(host);
        let Some(used) = keys.first() else {
            self.say_why_none(host, &file, report);
            return None;
        };
        let args = [("key", hint(&used.value)), ("source", self.words(&used.source, report)), login];
        match mistake(&used.value) {
            Some(code) => report.failed(code, &args),
            None => report.passed("key.found", &args),
        }
        self.note_unused(report, &keys, hint);
        mistake(&used.value).is_none().then(|| Presented::Key(used.value.clone()))
    }

    /// The identity token in a file, which goes beside no key.
    fn check_token(&self, file: &str, report: &mut Report) -> Option<Presented> {
        if self.machine.var("WANDB_API_KEY").is_some() {
            report.failed("key.both", &[]);
            return None;
        }
        let token = std::fs::read_to_string(self.machine.path(file)).unwrap_or_default().trim().to_owned();
        if token.is_empty() {
            report.failed("key.identity_unreadable", &[("file", file.to_owned())]);
            return None;
        }
        report.passed("key.identity", &[("file", file.to_owned())]);
        Some(Presented::IdentityToken(token))
    }

    /// No key was found: perhaps there is one for almost this host.
    fn say_why_none(&self, host: &str, file: &str, report: &mut Report) {
        let wanted = machine_of(host, self.version.asks_netrc_with_port());
        let bare = machine_of(host, false);
        let entries = self.netrc().unwrap_or_default();
        let near = entries.keys().find(|name| name.split(':').next() == Some(bare.as_str()) && **name != wanted);
        let login = ("host", host.to_owned());
        match near {
            Some(near) => {
                let near = ("near", near.clone());
                let args = [near, ("wanted", wanted), ("file", file.to_owned()), login];
                report.failed("key.other_port", &args);
            }
            None => {
                let places = format!("WANDB_API_KEY, {file}");
                report.failed("key.none", &[("places", places), ("wanted", wanted), login]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
