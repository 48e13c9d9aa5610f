//! Limits of what people and programs write about a run.

use serde_json::{Map, Value};

use crate::{Error, Problem, Thing};

/// Longest config or summary.
pub(super) const DOCUMENT: usize = 16 << 20;
/// Most tags.
const TAGS: usize = 256;
/// Longest tag, in characters.
const TAG: usize = 128;

/// A text of at most `most` bytes, without the NUL characters that PostgreSQL cannot hold.
pub(crate) fn free(what: Thing, text: String, most: usize) -> Result<String, Error> {
    if text.len() > most {
        return Err(Error::Invalid(Problem::TooLong { what, length: text.len(), most }));
    }
    Ok(if text.contains('\0') { text.replace('\0', "") } else { text })
}

/// A text that must say something.
pub(crate) fn required(what: Thing, text: String, most: usize) -> Result<String, Error> {
    let text = free(what, text, most)?;
    if text.trim().is_empty() { Err(Error::Invalid(Problem::Empty { what })) } else { Ok(text) }
}

/// Tags in the order given, each once.
pub(super) fn tags(tags: Vec<String>) -> Result<Vec<String>, Error> {
    let mut kept: Vec<String> = Vec::with_capacity(tags.len().min(TAGS));
    for tag in tags {
        let tag = free(Thing::Tag, tag, TAG * 4)?;
        if tag.chars().count() > TAG {
            return Err(Error::Invalid(Problem::LabelLength { what: Thing::Tag, most: TAG }));
        }
        if !tag.trim().is_empty() && !kept.contains(&tag) {
            kept.push(tag);
        }
        if kept.len() > TAGS {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Tag, most: TAGS }));
        }
    }
    Ok(kept)
}

/// A JSON object in the client's extended JSON, as strict JSON (NaN becomes the string "NaN").
pub(super) fn object(what: Thing, text: &str) -> Result<Map<String, Value>, Error> {
    if text.len() > DOCUMENT {
        return Err(Error::Invalid(Problem::TooLong { what, length: text.len(), most: DOCUMENT }));
    }
    match history::json::parse(text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(Error::Invalid(Problem::NotJsonObject { what })),
        Err(e) => Err(Error::Invalid(Problem::NotJson { what, detail: e.to_string() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_few_short_and_single() {
        let given = ["b", "a", "b", "", "c\0"].map(str::to_owned).to_vec();
        assert_eq!(tags(given).unwrap(), ["b", "a", "c"]);
        assert!(tags((0..257).map(|n| n.to_string()).collect()).is_err());
        assert!(tags(vec!["x".repeat(129)]).is_err());
    }

    #[test]
    fn documents_are_objects() {
        assert_eq!(object(Thing::Config, "{\"a\":NaN}").unwrap()["a"], "NaN");
        for bad in ["", "[]", "{", "1"] {
            assert!(object(Thing::Config, bad).is_err(), "{bad}");
        }
    }
}
