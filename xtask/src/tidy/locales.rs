//! The message catalogue: keys sorted, the same keys in every language, the same placeholders in every translation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Problem;
use crate::files::File;

/// What differs between the languages, English being the measure.
pub fn check(files: &[File]) -> Vec<Problem> {
    let locales: Vec<&File> =
        files.iter().filter(|file| file.path.starts_with("locales/") && file.path.ends_with(".json")).collect();
    let mut problems = Vec::new();
    let mut catalogues = BTreeMap::new();
    for file in &locales {
        match serde_json::from_str::<Value>(&file.text) {
            Ok(value) => {
                problems.extend(unsorted(file, &value, ""));
                catalogues.insert(file.path.as_str(), messages(&value));
            }
            Err(error) => problems.push(Problem::new(file, error.line(), format!("not JSON: {error}"))),
        }
    }
    let Some(english) = catalogues.get("locales/en.json") else { return problems };
    for file in locales.iter().filter(|file| file.path != "locales/en.json") {
        if let Some(messages) = catalogues.get(file.path.as_str()) {
            problems.extend(differences(file, english, messages));
        }
    }
    problems
}

/// The text of every key. Plural forms, of which each language has its own, are one text.
fn messages(catalogue: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let all = |value: &Value| match value {
        Value::Object(forms) => forms.values().map(text).collect(),
        value => text(value),
    };
    catalogue.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), all(value))).collect()
}

fn unsorted(file: &File, value: &Value, prefix: &str) -> Vec<Problem> {
    let Value::Object(map) = value else { return Vec::new() };
    let keys: Vec<&String> = map.keys().collect();
    let mut problems: Vec<Problem> = keys
        .windows(2)
        .filter(|pair| pair[0] > pair[1])
        .map(|pair| {
            Problem::new(file, line_of_key(&file.text, pair[1]), format!("`{prefix}{}` is out of order", pair[1]))
        })
        .collect();
    problems.extend(map.iter().flat_map(|(key, value)| unsorted(file, value, &format!("{prefix}{key}."))));
    problems
}

fn differences(file: &File, english: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> Vec<Problem> {
    let missing = english.keys().filter(|key| !other.contains_key(*key));
    let extra = other.keys().filter(|key| !english.contains_key(*key));
    let changed = english.iter().filter_map(|(key, text)| {
        let translated = other.get(key)?;
        (placeholders(text) != placeholders(translated)).then_some(key)
    });
    missing
        .map(|key| Problem::new(file, 1, format!("`{key}` is missing")))
        .chain(extra.map(|key| Problem::new(file, 1, format!("`{key}` is not in English"))))
        .chain(changed.map(|key| {
            Problem::new(file, line_of_key(&file.text, key), format!("`{key}` has other placeholders than English"))
        }))
        .collect()
}

/// Names in braces.
fn placeholders(text: &str) -> BTreeSet<&str> {
    let parts = text.split('{').skip(1);
    parts
        .filter_map(|part| part.split('}').next())
        .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .collect()
}

fn line_of_key(text: &str, key: &str) -> usize {
    // A key of a nested object stands there by its last part, a flat one as a whole.
    let last = key.rsplit('.').next().unwrap_or(key);
    let find = |name: &str| text.lines().position(|line| line.contains(&format!("\"{name}\"")));
    find(key).or_else(|| find(last)).map_or(1, |n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(english: &str, german: &str) -> Vec<String> {
        let files = [File::new("locales/en.json", english), File::new("locales/de.json", german)];
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_complete_translation_passes() {
        assert!(
            found(
                r#"{"a": "{user} may not", "b": {"one": "{n} run", "other": "{n} runs"}}"#,
                r#"{"a": "{user} darf nicht", "b": {"other": "{n} Runs"}}"#
            )
            .is_empty()
        );
    }

    #[test]
    fn missing_extra_changed_unsorted_and_broken_are_found() {
        assert!(found(r#"{"a": "x", "b": "y"}"#, r#"{"a": "x"}"#)[0].contains("`b` is missing"));
        assert!(found(r#"{"a": "x"}"#, r#"{"a": "x", "b": "y"}"#)[0].contains("not in English"));
        assert!(found(r#"{"a": "{user}"}"#, r#"{"a": "{name}"}"#)[0].contains("placeholders"));
        assert!(found(r#"{"b": "x", "a": "y"}"#, r#"{"a": "y", "b": "x"}"#)[0].contains("out of order"));
        assert!(found(r#"{"a": "x"}"#, "{")[0].contains("not JSON"));
    }
}
