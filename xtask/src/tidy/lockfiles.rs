//! Lock files name the public registries and nothing else: no mirror, no git, no path of one machine.

use super::Problem;
use crate::files::File;

const CRATES: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
const NPM: &str = "\"resolved\": \"https://registry.npmjs.org/";

/// Lines that name another source.
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let (key, wanted) = match file.path.rsplit('/').next() {
        Some("Cargo.lock") => ("source = ", CRATES),
        Some("package-lock.json") => ("\"resolved\": ", NPM),
        _ => return Vec::new(),
    };
    let lines = file.text.lines().enumerate();
    lines
        .filter(|(_, line)| line.trim_start().starts_with(key) && !line.trim_start().starts_with(wanted))
        .map(|(n, _)| Problem::new(file, n + 1, "a package from elsewhere than the public registry"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_registry_is_found() {
        let count = |path: &str, text: &str| check(&[File::new(path, text)]).len();
        assert_eq!(count("Cargo.lock", "source = \"git+https://example.org/a\"\n"), 1);
        assert_eq!(count("Cargo.lock", &format!("{CRATES}\n")), 0);
        assert_eq!(count("web/package-lock.json", "  \"resolved\": \"https://mirror.example/a.tgz\",\n"), 1);
        assert_eq!(count("web/package-lock.json", &format!("  {NPM}a.tgz\",\n")), 0);
    }
}
