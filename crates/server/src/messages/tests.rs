//! Every language says everything that the code can mean, with the same evidence, and nothing more.

use std::collections::{BTreeMap, BTreeSet};

use domain::Thing;
use domain::model::RegistryRole;
use domain::policy::{Cause, Check, Operation};
use serde_json::Value;

use super::catalogue::FILES;
use super::{Denial, Language};
use crate::cli::Said;

/// The server's texts of a catalogue.
fn texts(file: &str) -> BTreeMap<String, String> {
    let all: BTreeMap<String, Value> = serde_json::from_str(file).unwrap();
    let server = all.into_iter().filter(|(key, _)| !key.starts_with("web."));
    server.map(|(key, value)| (key, value.as_str().expect("a text").to_owned())).collect()
}

/// The names in braces, outside brackets and inside.
fn placeholders(text: &str) -> (BTreeSet<&str>, BTreeSet<&str>) {
    let (mut outside, mut inside) = (BTreeSet::new(), BTreeSet::new());
    let mut optional = false;
    for (at, c) in text.char_indices() {
        match c {
            '[' => optional = true,
            ']' => optional = false,
            '{' => {
                let name = text[at + 1..].split('}').next().unwrap();
                if optional {
                    inside.insert(name)
                } else {
                    outside.insert(name)
                };
            }
            _ => {}
        }
    }
    (outside, inside)
}

/// Last parts of keys, with the arguments that their texts may name.
type Codes = Vec<(&'static str, &'static [&'static str])>;

/// Every group of enumerated sentences: the key's first part, and code and arguments of each.
fn groups() -> Vec<(&'static str, Codes)> {
    let problems = domain::Problem::CODES.iter().chain(crate::Problem::CODES).copied().collect();
    let words =
        |words: Vec<&'static str>, args: &'static [&'static str]| words.into_iter().map(|w| (w, args)).collect();
    let notices = domain::notices::Notice::TEXTS
        .iter()
        .map(|text| (*text, &["user", "action", "target", "message", "link"][..]))
        .collect();
    vec![
        ("problem", problems),
        ("cli", Said::CODES.to_vec()),
        ("check", Check::PASSED.to_vec()),
        ("notice", notices),
        ("thing", words(Thing::WORDS.to_vec(), &[])),
        ("role", words(RegistryRole::ALL.iter().map(|role| role.as_str()).collect(), &[])),
        ("action", words(Operation::ALL.iter().map(|action| action.as_str()).collect(), &["target"])),
    ]
}

#[test]
fn every_language_has_the_keys_and_the_evidence_of_english() {
    let english = texts(FILES[0].1);
    for (code, file) in FILES {
        let texts = texts(file);
        assert_eq!(texts.keys().collect::<Vec<_>>(), english.keys().collect::<Vec<_>>(), "{code}");
        for (key, text) in &texts {
            assert!(!text.trim().is_empty(), "{code} {key}");
            assert_eq!(placeholders(text), placeholders(&english[key]), "{code} {key}: {text}");
        }
    }
}

#[test]
fn every_code_has_its_sentence_and_every_sentence_its_code() {
    let english = texts(FILES[0].1);
    let codes: BTreeSet<&str> =
        domain::Problem::CODES.iter().chain(crate::Problem::CODES).map(|(code, _)| *code).collect();
    assert_eq!(codes.len(), domain::Problem::CODES.len() + crate::Problem::CODES.len(), "a code means one problem");
    for (group, codes) in groups() {
        let keys: Vec<_> = english.keys().filter_map(|key| key.strip_prefix(group)?.strip_prefix('.')).collect();
        let mut known: Vec<_> = codes.iter().map(|(code, _)| *code).collect();
        known.sort_unstable();
        assert_eq!(keys, known, "{group}");
        for (code, args) in codes {
            let (outside, inside) = placeholders(&english[&format!("{group}.{code}")]);
            let unknown: Vec<_> = outside.union(&inside).filter(|name| !args.contains(name)).collect();
            assert!(unknown.is_empty(), "{group}.{code} has no argument {unknown:?}");
        }
    }
}

#[test]
fn sentences_outside_the_groups_are_said_somewhere() {
    let english = texts(FILES[0].1);
    let source = include_str!("../error/answer.rs");
    for key in english.keys().filter(|key| key.starts_with("error.")) {
        assert!(source.contains(&format!("\"{key}\"")), "{key} is said nowhere");
    }
    for mention in source.split("\"error.").skip(1) {
        let key = format!("error.{}", mention.split('"').next().unwrap());
        assert!(english.contains_key(&key), "locales/en.json has no {key}");
    }
    let actions: Vec<_> = Operation::ALL.iter().map(|action| action.as_str()).collect();
    // The same lines for all causes.
    let by_cause = english
        .keys()
        .filter_map(|key| key.strip_prefix("denied."))
        .filter(|key| !["details", "request"].contains(key));
    for key in by_cause {
        let mut parts = key.splitn(3, '.');
        let code = parts.next().unwrap();
        assert!(Cause::CODES.iter().any(|(known, _)| *known == code), "denied.{key}: no such cause");
        assert!(["first", "hint", "fix", "ask"].contains(&parts.next().unwrap()), "denied.{key}: no such part");
        assert!(parts.next().is_none_or(|action| actions.contains(&action)), "denied.{key}: no such action");
    }
    // Those of the doctor are compared with its checks in `cli/doctor/tests.rs`.
    let groups: Vec<_> = groups().into_iter().map(|(group, _)| group).chain(["error", "denied", "doctor"]).collect();
    let stray: Vec<_> = english.keys().filter(|key| !groups.contains(&key.split('.').next().unwrap())).collect();
    assert!(stray.is_empty(), "{stray:?}");
}

/// Evidence as it usually is, and as long and hostile as it can be.
fn evidence(name: &'static str, hostile: bool) -> String {
    let usual = match name {
        "host" | "url" => "https://runs.example.org",
        "action" => "run:create",
        "target" => "vision-team/imagenet",
        "team" | "entity" => "vision-team",
        "project" => "imagenet",
        "role" => "viewer",
        "needed" => "member",
        "at" => "2026-11-21T22:24:33Z",
        "key" => "184467440737",
        "scope" => "read",
        "used" | "limit" => "812 MiB",
        "link" => "https://runs.example.org/invite?id=184467440737",
        "reason" => "backup until 14:00",
        _ => "alice",
    };
    let fixed = ["action", "role", "needed", "at", "scope", "host", "url", "used", "limit", "link"].contains(&name);
    if hostile && !fixed { format!("{usual}\"<&>\u{1b}[31m").repeat(30) } else { usual.to_owned() }
}

#[test]
fn the_first_line_of_every_denial_is_short_and_clean_in_every_language() {
    for (code, _) in FILES {
        let language = Language::of(code).unwrap();
        for (cause, names) in Cause::CODES {
            for hostile in [false, true] {
                let args: Vec<_> = names.iter().map(|name| (*name, evidence(name, hostile))).collect();
                let first = Denial::new(language, cause, &args).first;
                let length = first.chars().count();
                assert!(length <= 160, "{code} {cause}: {length} characters: {first}");
                assert!(!first.contains(|c: char| c.is_control() || "\"&<>".contains(c)), "{code} {cause}: {first}");
                assert!(first != *cause, "{code} {cause}: no first line for its evidence");
                assert!(hostile || !first.contains('…'), "{code} {cause}: usual names do not fit: {first}");
            }
        }
    }
}
