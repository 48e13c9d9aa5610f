//! Generated files: written by `cargo xtask generate`, proven up to date by `cargo xtask generate --check`.

use std::path::Path;

use crate::files;

/// Write the files, or only compare them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Report what differs.
    Check,
}

/// One generated file.
pub struct Generated {
    /// Path from the top of the checkout.
    pub path: String,
    /// What it must hold.
    pub text: String,
}

/// Makes generated files from the checkout whose top folder is given.
type Generator = fn(&Path) -> Result<Vec<Generated>, String>;

/// Every generator. A new one is a module of this folder and a line here.
const GENERATORS: &[Generator] = &[];

/// Runs all generators over the checkout.
pub fn run(mode: Mode) -> Result<String, Vec<String>> {
    run_in(&files::root(), GENERATORS, mode)
}

fn run_in(root: &Path, generators: &[Generator], mode: Mode) -> Result<String, Vec<String>> {
    let mut stale = Vec::new();
    let mut count = 0;
    for generator in generators {
        for file in generator(root).map_err(|error| vec![error])? {
            count += 1;
            let target = root.join(&file.path);
            if std::fs::read_to_string(&target).is_ok_and(|old| old == file.text) {
                continue;
            }
            match mode {
                Mode::Check => stale.push(format!("{}: run `cargo xtask generate`", file.path)),
                Mode::Write => {
                    std::fs::write(&target, &file.text).map_err(|error| vec![format!("{}: {error}", file.path)])?
                }
            }
        }
    }
    if stale.is_empty() { Ok(format!("generate: {count} files up to date")) } else { Err(stale) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hello(_: &Path) -> Result<Vec<Generated>, String> {
        Ok(vec![Generated { path: "hello.txt".to_owned(), text: "hello\n".to_owned() }])
    }

    #[test]
    fn a_stale_file_is_reported_then_written_then_clean() {
        let root = std::env::temp_dir().join(format!("xtask-generate-{}", std::process::id()));
        std::fs::create_dir_all(&root).unwrap();
        assert!(run_in(&root, &[hello], Mode::Check).is_err());
        assert!(run_in(&root, &[hello], Mode::Write).is_ok());
        assert!(run_in(&root, &[hello], Mode::Check).is_ok());
        std::fs::remove_dir_all(&root).unwrap();
    }
}
