//! The catalogue and the checks name the same sentences.

use std::collections::BTreeMap;

use super::report::CHECKS;

#[test]
fn every_sentence_is_said_and_every_finding_has_one() {
    let english: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(include_str!("../../../../../locales/en.json")).unwrap();
    let known: Vec<&str> = english.keys().filter_map(|key| key.strip_prefix("doctor.")).collect();
    let source: String = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/doctor"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for key in &known {
        match (key.strip_suffix(".fix"), key.strip_prefix("check.")) {
            (Some(finding), _) => assert!(known.contains(&finding), "doctor.{key} mends nothing"),
            (_, Some(check)) => assert!(CHECKS.contains(&check), "doctor.{key}: no such check"),
            _ => assert!(source.contains(&format!("\"{key}\"")), "doctor.{key} is said nowhere"),
        }
    }
    let is_code = |text: &&str| {
        let (check, finding) = text.split_once('.').unwrap_or_default();
        let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        (CHECKS.contains(&check) || ["end", "source"].contains(&check)) && is_word(finding)
    };
    // Made by servers' answers, with words of their own.
    let codes = source.split('"').filter(is_code).filter(|code| *code != "access.check");
    let lost: Vec<&str> = codes.filter(|code| !known.contains(code)).collect();
    assert!(lost.is_empty(), "locales/en.json lacks {lost:?}");
}
