//! No function is longer than 80 lines, from its `fn` to its closing brace.

use super::Problem;
use crate::files::File;
use crate::source::code_only;

const BOUND: usize = 80;

/// Functions that are too long.
pub fn check(files: &[File]) -> Vec<Problem> {
    files.iter().filter(|file| file.is_rust()).flat_map(check_file).collect()
}

fn check_file(file: &File) -> Vec<Problem> {
    let code = code_only(&file.text);
    let lines: Vec<&str> = code.lines().collect();
    let functions = lines.iter().enumerate().filter_map(|(start, line)| Some((start, name(line)?)));
    functions
        .map(|(start, name)| (start, name, length(&lines[start..])))
        .filter(|(_, _, length)| *length > BOUND)
        .map(|(start, name, length)| {
            Problem::new(file, start + 1, format!("fn {name} has {length} lines; at most {BOUND}: split it"))
        })
        .collect()
}

/// The name of the function that a line begins.
fn name(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let word = words.find(|word| {
        !matches!(*word, "pub" | "async" | "const" | "unsafe" | "extern" | "default") && !word.starts_with("pub(")
    })?;
    (word == "fn").then(|| words.next().unwrap_or_default()).map(|rest| rest.split(['(', '<']).next().unwrap_or(rest))
}

/// Lines until the braces that the function opens are closed; 1 for a declaration without a body.
fn length(lines: &[&str]) -> usize {
    let mut depth = 0_i32;
    for (n, line) in lines.iter().enumerate() {
        for c in line.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ';' if depth == 0 => return 1,
                _ => continue,
            }
            if depth <= 0 && c == '}' {
                return n + 1;
            }
        }
    }
    lines.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(lines: usize) -> String {
        format!(
            "//! A file.\npub(crate) async fn long<T>(\n{}) {{ \"}}\"; }}\nfn next();\n",
            "a: u8,\n".repeat(lines - 2)
        )
    }

    #[test]
    fn a_function_of_81_lines_is_found_and_one_of_80_is_not() {
        let found = check(&[File::new("a.rs", &function(81))]);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().contains("fn long has 81 lines"), "{}", found[0]);
        assert_eq!(check(&[File::new("a.rs", &function(80))]), []);
    }

    #[test]
    fn words_that_only_contain_fn_start_no_function() {
        assert_eq!(name("    let check: fn(u8) = x;"), None);
        assert_eq!(name("    fn name(line: &str) -> bool {"), Some("name"));
    }
}
