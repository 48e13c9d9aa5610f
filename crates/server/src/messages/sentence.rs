//! Sentences other than denials: problems, and what commands say.

use super::Language;
use super::text::{shorten, strip_control};

/// Longest argument, in characters.
const LONGEST: usize = 300;

impl Language {
    /// The sentence of the problem `code`.
    pub fn problem(self, code: &str, args: Vec<(&'static str, String)>) -> String {
        self.sentence("problem", code, args)
    }

    /// The sentence at `GROUP.CODE`. The argument `what` names a kind of thing, which is put into words too.
    pub fn sentence(self, group: &str, code: &str, args: Vec<(&'static str, String)>) -> String {
        let word = |(name, value): (&'static str, String)| {
            let word = (name == "what").then(|| self.say(&format!("thing.{value}"), &[])).flatten();
            (name, word.unwrap_or_else(|| shorten(&strip_control(&value), LONGEST)))
        };
        let args: Vec<_> = args.into_iter().map(word).collect();
        self.tell(&format!("{group}.{code}"), &args).unwrap_or_else(|| code.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_things_are_words_and_arguments_are_clean() {
        let args = vec![("what", "run".to_owned()), ("name", "ann/p/\u{1b}r".to_owned())];
        assert_eq!(Language::ENGLISH.problem("NOT_FOUND", args), "The run ann/p/r was not found.");
    }

    #[test]
    fn empty_arguments_leave_the_sentence_standing() {
        let email = vec![("email", String::new())];
        assert_eq!(
            Language::ENGLISH.problem("BAD_EMAIL", email),
            "“” is not an e-mail address: use the form name@host."
        );
    }
}
