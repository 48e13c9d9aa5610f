//! Names of collections, types, aliases and entries, and how versions are written.

use std::sync::LazyLock;

use regex::Regex;

use crate::{Error, Problem, Thing};

/// Most characters of a name of a collection or type, of an alias or tag.
const MOST: usize = 128;
/// Most bytes of an entry's name.
const MOST_ENTRY: usize = 4096;
/// The alias of the newest version.
pub(crate) const LATEST: &str = "latest";

/// Which version of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// `vN`
    Version(i64),
    /// An alias, or the digest of a version.
    Alias(String),
}

impl Which {
    /// What stands after the colon; nothing means the newest.
    pub fn parse(text: &str) -> Self {
        match text {
            "" => Self::Alias(LATEST.to_owned()),
            text => version(text).map_or_else(|| Self::Alias(text.to_owned()), Self::Version),
        }
    }

    /// `collection`, `collection:alias`, `collection:vN`.
    pub fn split(name: &str) -> (&str, Self) {
        let (collection, which) = name.split_once(':').unwrap_or((name, ""));
        (collection, Self::parse(which))
    }
}

/// The number in `vN`.
fn version(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('v')?;
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

fn plain(what: Thing, name: &str, banned: &str) -> Result<(), Error> {
    if name.trim().is_empty() || name.chars().count() > MOST {
        return Err(Error::Invalid(Problem::NameLength { what, most: MOST }));
    }
    match name.chars().find(|c| c.is_control() || banned.contains(*c)) {
        Some(c) => {
            let character = if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
            Err(Error::Invalid(Problem::NameCharacter { what, name: name.to_owned(), character }))
        }
        None => Ok(()),
    }
}

/// A collection's name: 1–128 characters, none of `/ : \ ? # %`.
pub(super) fn check_collection(name: &str) -> Result<(), Error> {
    if name == "." || name == ".." {
        return Err(Error::Invalid(Problem::NameDots { what: Thing::CollectionName, name: name.to_owned() }));
    }
    plain(Thing::CollectionName, name, r"/:\?#%")
}

/// A type's name: the same.
pub(crate) fn check_type(name: &str) -> Result<(), Error> {
    plain(Thing::ArtifactType, name, r"/:\?#%")
}

/// An alias: 1–128 characters, no `/` and no `:`, and not like a version.
pub(crate) fn check_alias(alias: &str) -> Result<(), Error> {
    plain(Thing::Alias, alias, "/:")?;
    match version(alias) {
        Some(_) => Err(Error::Invalid(Problem::AliasReserved { alias: alias.to_owned() })),
        None => Ok(()),
    }
}

/// A tag: words of letters, digits, `-` and `_`, with spaces between (`public-api` 7.7).
pub(super) fn check_tag(tag: &str) -> Result<(), Error> {
    #[expect(clippy::unwrap_used, reason = "a constant")]
    static FORM: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[-\w]+( +[-\w]+)*$").unwrap());
    if tag.chars().count() > MOST || !FORM.is_match(tag) {
        return Err(Error::Invalid(Problem::TagFormat { tag: tag.chars().take(80).collect() }));
    }
    Ok(())
}

/// An entry's name: a path that stays below its artifact wherever it is downloaded to.
pub(super) fn check_entry(name: &str) -> Result<(), Error> {
    let shown = || name.chars().take(80).collect::<String>();
    if name.is_empty() || name.len() > MOST_ENTRY {
        return Err(Error::Invalid(Problem::FileNameLength { name: shown(), most: MOST_ENTRY }));
    }
    if let Some(c) = name.chars().find(|c| *c == '\0' || *c == '\\') {
        let character = c.escape_default().to_string();
        return Err(Error::Invalid(Problem::NameCharacter { what: Thing::FileName, name: shown(), character }));
    }
    if name.split('/').any(|part| part.is_empty() || part == "." || part == "..") {
        return Err(Error::Invalid(Problem::FileNameParts { name: shown() }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_aliases_are_told_apart() {
        assert_eq!(Which::split("m"), ("m", Which::Alias("latest".to_owned())));
        assert_eq!(Which::split("m:v12"), ("m", Which::Version(12)));
        assert_eq!(Which::split("m:vast"), ("m", Which::Alias("vast".to_owned())));
        assert!(check_alias("v1").is_err() && check_alias("a/b").is_err() && check_alias("best").is_ok());
    }

    #[test]
    fn entries_stay_below_their_artifact() {
        check_entry("a/b c/ünï.txt").unwrap();
        for bad in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "a/.", "a\0b", "a\\..\\b", "C:\\x"] {
            assert!(check_entry(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tags_are_words() {
        check_tag("two words").unwrap();
        for bad in ["", " a", "a ", "a/b", "a:b"] {
            assert!(check_tag(bad).is_err(), "{bad}");
        }
    }
}
