//! The pages of reasons (`docs/access/LANGUAGE/reasons.md`): every reason of the catalogue, with its sentence as it is there.

use serde_json::Value;

use super::Problem;
use crate::files::File;

/// What is missing on the pages, or said there in other words.
pub fn check(files: &[File]) -> Vec<Problem> {
    let page = |file: &File| {
        let language = file.path.strip_prefix("locales/")?.strip_suffix(".json")?;
        let path = format!("docs/access/{language}/reasons.md");
        Some((serde_json::from_str(&file.text).ok()?, files.iter().find(|file| file.path == path)?))
    };
    files.iter().filter_map(page).flat_map(|(catalogue, page)| differences(&catalogue, page)).collect()
}

fn differences(catalogue: &Value, page: &File) -> Vec<Problem> {
    let reasons = catalogue.as_object().into_iter().flatten().filter_map(|(key, sentence)| {
        let code = key.strip_prefix("denied.")?.strip_suffix(".first")?;
        Some((code, sentence.as_str()?))
    });
    reasons
        .filter_map(|(code, sentence)| {
            let heading = format!("### `{code}`");
            let lines = || page.text.lines().enumerate();
            let Some((at, _)) = lines().find(|(_, line)| *line == heading) else {
                return Some(Problem::new(page, 1, format!("the reason {code} is missing")));
            };
            let quoted = lines().skip(at).find_map(|(_, line)| line.strip_prefix("> ")).unwrap_or_default();
            let fits = fits(sentence, quoted);
            (!fits).then(|| Problem::new(page, at + 1, format!("{code} reads otherwise in the catalogue: {sentence}")))
        })
        .collect()
}

/// Whether `text` is `sentence` with something in each place; parts in brackets are said.
fn fits(sentence: &str, text: &str) -> bool {
    let plain = sentence.replace(['[', ']'], "");
    let mut rest = text;
    let mut parts = plain.split('{').map(|part| part.split_once('}').map_or(part, |(_, words)| words));
    let start = parts.next().is_some_and(|start| rest.starts_with(start));
    let follow = parts.all(|words| {
        let found = rest.find(words);
        rest = found.map_or("", |at| &rest[at + words.len()..]);
        found.is_some()
    });
    start && follow
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_that_is_missing_or_was_reworded_is_found() {
        let locale = r#"{"denied.QUOTA.first": "{user} may not {action}: {used} of {limit}.[ Try {nearest}.]"}"#;
        let count = |page: &str| {
            check(&[File::new("locales/en.json", locale), File::new("docs/access/en/reasons.md", page)]).len()
        };
        assert_eq!(count("### `QUOTA`\n\n> ann may not write to a/b: 1 GB of 1 GB. Try ann.\n"), 0);
        assert_eq!(count("### `QUOTA`\n\n> ann cannot write to a/b: 1 GB of 1 GB. Try ann.\n"), 1);
        assert_eq!(count("### `QUOTA`\n\n> ann may not write to a/b: 1 GB of 1 GB.\n"), 1);
        assert_eq!(count("### `OTHER`\n\n> ann may not write to a/b: 1 GB of 1 GB. Try ann.\n"), 1);
    }
}
