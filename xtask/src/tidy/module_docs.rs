//! Every Rust file starts with `//!`: what it is for, before any code.

use super::Problem;
use crate::files::File;

/// Files that start with something else.
pub fn check(files: &[File]) -> Vec<Problem> {
    files
        .iter()
        .filter(|file| file.is_rust() && !file.text.starts_with("//!"))
        .map(|file| Problem::new(file, 1, "start the file with `//!` and one sentence that says what it is for"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_module_docs_is_found() {
        let bad = File::new("crates/a/src/lib.rs", "use std;\n//! Late.");
        let good = File::new("crates/a/src/b.rs", "//! Fine.\n");
        let other = File::new("web/src/a.ts", "const a = 1\n");
        assert_eq!(check(&[bad, good, other]).len(), 1);
    }
}
