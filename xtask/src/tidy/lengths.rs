//! No source file is longer than 600 lines; tests may have 1000.

use super::Problem;
use crate::files::File;

const SOURCE: usize = 600;
const TESTS: usize = 1000;

/// Files we write by hand that are longer than their bound.
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| is_source(&file.path)).filter_map(too_long).collect()
}

fn is_source(path: &str) -> bool {
    let written = ["rs", "ts", "mjs", "js", "svelte", "css", "py", "sh"];
    let generated = path.contains("generated");
    !generated && path.rsplit_once('.').is_some_and(|(_, ending)| written.contains(&ending))
}

fn too_long(file: &File) -> Option<Problem> {
    let lines = file.text.lines().count();
    let bound = if file.is_test() { TESTS } else { SOURCE };
    (lines > bound).then(|| Problem::new(file, bound + 1, format!("{lines} lines; at most {bound}: split the file")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_and_tests_have_their_own_bounds() {
        let text = "a\n".repeat(700);
        let count = |path: &str, text: &str| check(&[File::new(path, text)]).len();
        assert_eq!(count("crates/a/src/lib.rs", &text), 1);
        assert_eq!(count("crates/a/tests/api.rs", &text), 0);
        assert_eq!(count("crates/a/tests/api.rs", &"a\n".repeat(1001)), 1);
        assert_eq!(count("web/src/lib/api/generated.ts", &text), 0);
        assert_eq!(count("docs/long.md", &text), 0);
    }
}
