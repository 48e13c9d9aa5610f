//! Names that are valid by construction. Lengths are in characters.

use crate::{Error, Problem, Thing};

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(String);

        impl $type {
            /// Checks the rules of the kind.
            pub fn new(name: impl Into<String>) -> Result<Self, Error> {
                let name = name.into();
                let check: fn(&str) -> Result<(), Problem> = $check;
                check(&name).map_err(Error::Invalid)?;
                Ok(Self(name))
            }

            /// The name itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name! {
    /// A team's or user's name: 1–64 of `a-z A-Z 0-9 _ - .`, beginning with a letter or digit, not a word of the app's own paths.
    EntityName, |s| slug(Thing::EntityName, s, 64)
}
name! {
    /// A user's name; the same rules as an entity's, since every user has a personal entity of that name.
    UserName, |s| slug(Thing::UserName, s, 64)
}
name! {
    /// A project's name: 1–128 characters, none of `/ \ # ? % :` (the client's own rule), no control characters.
    ProjectName, |s| free(Thing::ProjectName, s, 128, r"/\#?%:")
}
name! {
    /// A run's id: 1–128 characters, none of `: ; , # ? / ' \` (the client's own rule), no control characters.
    RunName, |s| free(Thing::RunId, s, 128, ":;,#?/'\\")
}
name! {
    /// A chart preset's name: 1–128 characters, none of `/ \ # ? % :`, no control characters.
    ChartName, |s| free(Thing::CustomChart, s, 128, r"/\#?%:")
}
name! {
    /// A run file's name: relative, forward slashes, at most 1,024 bytes, no empty, `.` or `..` part, no backslash, no control character.
    FileName, file
}

/// First path segments that belong to the app or the API, so no entity may take them.
const RESERVED: &[&str] = &[
    "api",
    "artifacts",
    "artifactsv2",
    "assets",
    "authorize",
    "blob",
    "e",
    "files",
    "graphql",
    "healthz",
    "home",
    "invite",
    "login",
    "logout",
    "metrics",
    "oidc",
    "orgs",
    "password",
    "ready",
    "registry",
    "requests",
    "sdk",
    "settings",
    "setup",
    "static",
];

fn slug(what: Thing, s: &str, most: usize) -> Result<(), Problem> {
    let name = || s.to_owned();
    if s.is_empty() || s.chars().count() > most {
        return Err(Problem::NameLength { what, most });
    }
    if !s.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        || !s.starts_with(|c: char| c.is_ascii_alphanumeric())
    {
        return Err(Problem::NameNotPlain { what, name: name() });
    }
    if RESERVED.contains(&s.to_ascii_lowercase().as_str()) {
        return Err(Problem::NameReserved { what, name: name() });
    }
    Ok(())
}

fn free(what: Thing, s: &str, most: usize, banned: &str) -> Result<(), Problem> {
    if s.trim().is_empty() || s.chars().count() > most {
        return Err(Problem::NameLength { what, most });
    }
    if s == "." || s == ".." {
        return Err(Problem::NameDots { what, name: s.to_owned() });
    }
    no_character(what, s, |c| c.is_control() || banned.contains(c))
}

fn file(s: &str) -> Result<(), Problem> {
    const MOST: usize = 1024;
    if s.is_empty() || s.len() > MOST {
        return Err(Problem::FileNameLength { name: s.chars().take(80).collect(), most: MOST });
    }
    no_character(Thing::FileName, s, |c| c.is_control() || c == '\\')?;
    if s.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(Problem::FileNameParts { name: s.to_owned() });
    }
    Ok(())
}

/// Names the first character that is `banned`, a control character by its escape.
fn no_character(what: Thing, s: &str, banned: impl Fn(char) -> bool) -> Result<(), Problem> {
    match s.chars().find(|c| banned(*c)) {
        Some(c) if c.is_control() => {
            Err(Problem::NameCharacter { what, name: s.to_owned(), character: c.escape_default().to_string() })
        }
        Some(c) => Err(Problem::NameCharacter { what, name: s.to_owned(), character: c.to_string() }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_plain_words_and_not_our_own_paths() {
        for good in ["alice", "ml-team", "A.b_c", "0day"] {
            EntityName::new(good).unwrap();
        }
        for bad in ["", "-x", "a b", "é", "a/b", "graphql", "API", &"x".repeat(65)] {
            assert!(EntityName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn projects_and_runs_follow_the_clients_rules() {
        ProjectName::new("Größe 1 (日本語)").unwrap();
        RunName::new("weird id+é").unwrap();
        for bad in ["", " ", "..", "a/b", "a?b", "a:b", "a\u{7}b"] {
            assert!(ProjectName::new(bad).is_err() && RunName::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn files_stay_below_their_run() {
        FileName::new("media/images/ünïcode‥/a b.png").unwrap();
        for bad in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "a\0b", "a\\..\\b"] {
            assert!(FileName::new(bad).is_err(), "{bad}");
        }
    }
}
