//! The forbidden edges between crates: only `domain` knows SQL, `history` knows neither SQL nor HTTP,
//! `server` touches neither the database nor the object store.

use super::Problem;
use crate::files::File;

/// Crate folder and the libraries that must not be among its dependencies.
const FORBIDDEN: &[(&str, &[&str])] = &[
    ("crates/history", &["sqlx", "axum", "async-graphql", "domain", "server"]),
    ("crates/domain", &["axum", "async-graphql", "server"]),
    ("crates/server", &["sqlx", "object_store"]),
    ("xtask", &["sqlx", "axum", "domain", "history", "server"]),
];

/// Dependencies that cross a border.
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let Some(folder) = file.path.strip_suffix("/Cargo.toml") else { return Vec::new() };
    let listed = FORBIDDEN.iter().find(|(crate_folder, _)| *crate_folder == folder);
    // A crate that the table does not know may not have SQL either.
    let forbidden = listed.map_or(&["sqlx"][..], |(_, libraries)| *libraries);
    dependencies(&file.text)
        .into_iter()
        .filter(|(_, library)| forbidden.contains(&library.as_str()))
        .map(|(line, library)| Problem::new(file, line, format!("{folder} must not depend on {library}")))
        .collect()
}

/// Names and lines of everything in a `[…dependencies]` section. What only tests need (a fresh database) never ships.
fn dependencies(manifest: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (n, line) in manifest.lines().enumerate() {
        let line = line.trim();
        if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            inside = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
            if let Some((_, library)) = section.split_once("dependencies.") {
                found.push((n + 1, library.trim_matches('"').to_owned()));
            }
        } else if inside && !line.starts_with('#') && !line.is_empty() {
            let library = line.split(['.', '=', ' ']).next().unwrap_or_default();
            found.push((n + 1, library.trim_matches('"').to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, manifest: &str) -> usize {
        check(&[File::new(path, manifest)]).len()
    }

    #[test]
    fn sql_outside_domain_is_found() {
        let manifest = "[package]\nname = \"sqlx\"\n[dependencies]\nsqlx.workspace = true\n";
        let tests = "[dev-dependencies]\nsqlx.workspace = true\n";
        assert_eq!(count("crates/server/Cargo.toml", tests), 0);
        assert_eq!(count("crates/server/Cargo.toml", manifest), 1);
        assert_eq!(count("crates/history/Cargo.toml", manifest), 1);
        assert_eq!(count("crates/new/Cargo.toml", manifest), 1);
        assert_eq!(count("crates/domain/Cargo.toml", manifest), 0);
    }

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        assert_eq!(count("crates/server/Cargo.toml", "[dependencies]\nobject_store = { workspace = true }\n"), 1);
        assert_eq!(count("crates/server/Cargo.toml", "[target.'cfg(unix)'.dependencies.sqlx]\n"), 1);
        assert_eq!(count("crates/history/Cargo.toml", "[dependencies]\naxum.workspace = true\n"), 1);
        assert_eq!(count("crates/server/Cargo.toml", "[dependencies]\n# sqlx = \"1\"\naxum.workspace = true\n"), 0);
    }
}
