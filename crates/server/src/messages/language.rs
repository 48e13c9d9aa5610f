//! Which language to answer in.

use super::Language;

/// The user's saved language; else the first that `Accept-Language` asks for and there is; else the server's.
pub fn choose(saved: Option<&str>, accept_language: Option<&str>, default: Language) -> Language {
    saved.and_then(Language::of).or_else(|| accepted(accept_language?)).unwrap_or(default)
}

impl Language {
    /// The language of whoever runs a command: `RUNSTEAD_LANGUAGE`, else what the shell speaks, else English.
    pub fn of_shell() -> Self {
        of_environment(|name| std::env::var(name).ok())
    }
}

/// The first variable that is set decides, as for every program of a shell.
fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Language {
    let set = ["RUNSTEAD_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| {
        let value = variable(name)?;
        (!value.is_empty()).then_some(value)
    });
    set.as_deref().and_then(Language::of).unwrap_or(Language::ENGLISH)
}

/// The best offer for a header like `de-CH;q=0.9, en;q=0.8`.
fn accepted(header: &str) -> Option<Language> {
    let mut wishes: Vec<(f32, &str)> = header
        .split(',')
        .filter_map(|wish| {
            let (tag, quality) = wish.split_once(';').unwrap_or((wish, ""));
            let quality = quality.trim().strip_prefix("q=").map_or(Some(1.0), |q| q.parse().ok())?;
            (quality > 0.0).then_some((quality, tag.trim()))
        })
        .collect();
    // Stable: among equals the first named wins.
    wishes.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    wishes.into_iter().find_map(|(_, tag)| Language::of(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn saved_wins_over_asked_wins_over_default() {
        let english = Language::ENGLISH;
        assert_eq!(choose(Some("en"), Some("xx"), english), english);
        assert_eq!(accepted("xx, en-GB;q=0.7"), Some(english));
        assert_eq!(accepted("xx;q=0.9, en;q=0"), None);
        assert_eq!(accepted(";;q=,,*"), None);
        assert_eq!(choose(Some("klingon"), None, english), english);
    }

    #[test]
    fn a_shell_speaks_the_language_of_the_first_variable_that_is_set() {
        let of = |set: &[(&str, &str)]| {
            let value = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            of_environment(value).code()
        };
        assert_eq!(of(&[]), "en");
        assert_eq!(of(&[("LANG", "de_CH.UTF-8")]), "de");
        assert_eq!(of(&[("LANG", "de_CH.UTF-8"), ("LC_ALL", "C")]), "en");
        assert_eq!(of(&[("LANG", "de"), ("LC_ALL", ""), ("LC_MESSAGES", "fr_FR.UTF-8")]), "fr");
        assert_eq!(of(&[("LC_ALL", "C.UTF-8"), ("RUNSTEAD_LANGUAGE", "ja")]), "ja");
    }
}
