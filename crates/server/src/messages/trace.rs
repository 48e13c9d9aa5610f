//! The trace of a decision: one sentence a check, from `check.NAME` where it passed and from its cause where it failed.

use serde::Serialize;

use super::denial::with_action;
use super::{Args, Denial, Language};

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckLine {
    /// `key`, `user`, `server`, `entity`, `project`, `role`, `quota` or `grace`.
    pub name: String,
    /// Whether it passed.
    pub ok: bool,
    /// The sentence.
    pub text: String,
}

/// The lines of a trace. Checks are `(name, passed, evidence)`; the checks that failed are in the order of `codes`.
pub fn trace<'a>(
    language: Language,
    checks: impl IntoIterator<Item = (&'a str, bool, &'a Args<'a>)>,
    codes: &[&str],
) -> Vec<CheckLine> {
    let mut codes = codes.iter();
    let line = |(name, ok, args): (&str, bool, &Args<'_>)| {
        let text = match ok {
            true => language.say(&format!("check.{name}"), &with_action(language, args.to_vec())),
            false => codes.next().map(|code| Denial::new(language, code, args).first),
        };
        CheckLine { name: name.to_owned(), ok, text: text.unwrap_or_else(|| name.to_owned()) }
    };
    checks.into_iter().map(line).collect()
}
