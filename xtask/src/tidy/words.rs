//! Words that do not belong in the project: notes to oneself, and paths of one machine.

use super::{Problem, line_of};
use crate::files::File;

/// Word and what to do instead. Written in halves, so that this file does not find itself.
const REFUSED: &[(&str, &str)] = &[
    (concat!("TO", "DO"), "finish it, or open an issue"),
    (concat!("FIX", "ME"), "fix it, or open an issue"),
    (concat!("XX", "X"), "say what is meant"),
    (concat!("/wo", "rk/"), "a path of one machine"),
];

/// Text that others wrote and that is kept as it is.
const KEPT: &[&str] = &["e2e/documents/", "LICENSE", "Cargo.lock", "package-lock.json"];

/// Uses of a refused word, whole words only.
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| !KEPT.iter().any(|kept| file.path.contains(kept))).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let uses = REFUSED
        .iter()
        .flat_map(|(word, instead)| file.text.match_indices(word).map(move |(at, _)| (at, *word, *instead)));
    uses.filter(|(at, word, _)| stands_alone(&file.text, *at, word))
        .map(|(at, word, instead)| Problem::new(file, line_of(&file.text, at), format!("`{word}`: {instead}")))
        .collect()
}

fn stands_alone(text: &str, at: usize, word: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    word.starts_with('/') || !letter(text[..at].chars().next_back()) && !letter(text[at + word.len()..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_alone_but_not_inside_another() {
        for (word, _) in REFUSED {
            assert_eq!(check(&[File::new("docs/a.md", &format!("one\n# {word}: later\n"))]).len(), 1, "{word}");
            assert_eq!(check(&[File::new("e2e/documents/a.graphql", word)]), []);
        }
        assert_eq!(check(&[File::new("tools/a", concat!("mktemp a.XX", "XX; MASTO", "DON"))]), []);
    }
}
