//! Which files are console output.

/// The label of a console file, empty for the plain one; `None` for other files.
pub(super) fn label(file: &str) -> Option<&str> {
    if file == "output.log" || (file.starts_with("logs/output") && file.ends_with(".log")) {
        return Some("");
    }
    file.strip_prefix("output_")?.strip_suffix(".log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn console_files_are_told_from_others() {
        assert_eq!(label("output.log"), Some(""));
        assert_eq!(label("output_rank-1.log"), Some("rank-1"));
        assert_eq!(label("logs/output_20261121_2224.log"), Some(""));
        assert_eq!(label("config.yaml"), None);
        assert_eq!(label("logs/other.log"), None);
    }
}
