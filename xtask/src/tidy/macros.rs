//! No unfinished work and no silenced tests: placeholders, debug prints and ignored tests are refused.

use super::{Problem, line_of};
use crate::files::File;
use crate::source::code_only;

const REFUSED: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore"];

/// Uses of a refused macro or attribute in code (not in strings or comments).
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| file.is_rust()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let code = code_only(&file.text);
    let uses = REFUSED.iter().flat_map(|refused| code.match_indices(refused));
    uses.map(|(at, word)| Problem::new(file, line_of(&code, at), format!("`{word}` does not belong in finished work")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refused_word_is_found_in_code_only() {
        for word in REFUSED {
            assert_eq!(check(&[File::new("a.rs", &format!("//! A.\n{word}"))]).len(), 1, "{word}");
            assert_eq!(check(&[File::new("a.rs", &format!("//! {word}\nlet a = \"{word}\";"))]), []);
        }
    }
}
