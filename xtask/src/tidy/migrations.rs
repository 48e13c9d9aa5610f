//! Migrations are named `NNNN_name.sql` and numbered without gaps from 0001, so that their order is beyond doubt.

use super::Problem;
use crate::files::File;

/// Names that do not fit.
pub fn check(files: &[File]) -> Vec<Problem> {
    let mut migrations: Vec<&File> = files.iter().filter(|file| file.path.starts_with("migrations/")).collect();
    migrations.sort_by(|a, b| a.path.cmp(&b.path));
    let names = migrations.iter().enumerate().filter(|(n, file)| !fits(&file.path, n + 1));
    names.map(|(n, file)| Problem::new(file, 1, format!("name it {:04}_lower_case_words.sql", n + 1))).collect()
}

fn fits(path: &str, number: usize) -> bool {
    let name = path.trim_start_matches("migrations/").strip_suffix(".sql");
    let Some((digits, words)) = name.and_then(|name| name.split_once('_')) else { return false };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    digits == format!("{number:04}") && !words.is_empty() && words.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(names: &[&str]) -> usize {
        check(&names.iter().map(|name| File::new(&format!("migrations/{name}"), "")).collect::<Vec<_>>()).len()
    }

    #[test]
    fn wrong_names_gaps_and_doubles_are_found() {
        assert_eq!(count(&["0001_init.sql", "0002_sweeps.sql"]), 0);
        assert_eq!(count(&["0001_init.sql", "0003_sweeps.sql"]), 1);
        assert_eq!(count(&["0001_init.sql", "0001_other.sql"]), 1);
        assert_eq!(count(&["1_init.sql"]), 1);
        assert_eq!(count(&["0001_Init.sql"]), 1);
        assert_eq!(count(&["0001_init.txt"]), 1);
    }
}
