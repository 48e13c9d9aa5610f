//! What the doctor found, and how it is printed.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::Error;
use crate::cli::output;
use crate::messages::{Args, Language, strip_control};

/// Every check, in the order in which they are made. One that leaves no finding was not made.
pub const CHECKS: [&str; 16] = [
    "client",
    "mode",
    "host",
    "key",
    "entity",
    "project",
    "proxy",
    "name",
    "connection",
    "certificate",
    "server",
    "address",
    "clock",
    "size",
    "login",
    "access",
];

/// Checks that are silent when there is nothing to say.
const OPTIONAL: [&str; 5] = ["mode", "proxy", "name", "certificate", "address"];

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// ✓
    Passed,
    /// `!`: it works, but not as one would expect.
    Warning,
    /// ✗
    Failed,
}

impl Mark {
    fn sign(self) -> char {
        match self {
            Self::Passed => '✓',
            Self::Warning => '!',
            Self::Failed => '✗',
        }
    }
}

/// What one check found.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// One of [`CHECKS`], or a check that the server made.
    pub check: String,
    /// How it went.
    pub result: Mark,
    /// Key of the sentence in the catalogue without `doctor.`, or the server's reason code: the same in every language.
    pub code: String,
    /// The sentence.
    pub text: String,
    /// Further lines: what else is known, and what to do.
    pub more: Vec<String>,
    /// What the sentence is made of.
    pub facts: BTreeMap<String, String>,
}

/// All findings, in one language.
pub struct Report {
    /// The language.
    pub language: Language,
    findings: Vec<Finding>,
}

impl Report {
    /// An empty one.
    pub fn new(language: Language) -> Self {
        Self { language, findings: Vec::new() }
    }

    /// The sentence `doctor.CODE`; a code that the catalogue lacks stands for itself.
    pub fn say(&self, code: &str, args: &Args<'_>) -> String {
        self.language.say(&format!("doctor.{code}"), &clean(args)).unwrap_or_else(|| code.to_owned())
    }

    /// A check that went well.
    pub fn passed(&mut self, code: &str, args: &Args<'_>) {
        self.add(Mark::Passed, code, args);
    }

    /// A check that went well enough.
    pub fn warning(&mut self, code: &str, args: &Args<'_>) {
        self.add(Mark::Warning, code, args);
    }

    /// A check that failed.
    pub fn failed(&mut self, code: &str, args: &Args<'_>) {
        self.add(Mark::Failed, code, args);
    }

    /// The check is the part of the code before the dot; the fix is the sentence `doctor.CODE.fix`, where there is one.
    fn add(&mut self, result: Mark, code: &str, args: &Args<'_>) {
        let check = code.split('.').next().unwrap_or_default().to_owned();
        let text = self.say(code, args);
        let fix = self.language.say(&format!("doctor.{code}.fix"), &clean(args));
        let facts = clean(args).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.push(Finding { check, result, code: code.to_owned(), text, more: fix.into_iter().collect(), facts });
    }

    /// A finding in words of the server.
    pub fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// A further line for the last finding.
    pub fn note(&mut self, line: &str) {
        if let Some(last) = self.findings.last_mut() {
            last.more.insert(0, strip_control(line));
        }
    }

    /// How many checks failed.
    pub fn failures(&self) -> usize {
        self.findings.iter().filter(|finding| finding.result == Mark::Failed).count()
    }

    /// The codes of all findings.
    #[cfg(test)]
    pub fn codes(&self) -> Vec<&str> {
        self.findings.iter().map(|finding| finding.code.as_str()).collect()
    }

    /// The checks that could not be made, after one before them failed.
    fn skipped(&self) -> Vec<&'static str> {
        let was_made = |check: &&&str| self.findings.iter().any(|finding| finding.check == **check);
        CHECKS.iter().filter(|check| !was_made(check) && !OPTIONAL.contains(check)).copied().collect()
    }

    /// Prints it for people, or as JSON.
    pub fn print(&self, json: bool) -> Result<(), Error> {
        let (failures, skipped) = (self.failures(), self.skipped());
        if json {
            let all = json!({ "ok": failures == 0, "checks": self.findings, "skipped": skipped });
            return output::line(format_args!("{all:#}"));
        }
        for finding in &self.findings {
            output::line(format_args!("{} {}", finding.result.sign(), finding.text))?;
            for line in finding.more.iter().flat_map(|more| more.lines()) {
                output::line(format_args!("    {line}"))?;
            }
        }
        if !skipped.is_empty() {
            let names: Vec<_> = skipped.iter().map(|check| self.say(&format!("check.{check}"), &[])).collect();
            output::line(format_args!("– {}", self.say("skipped", &[("checks", names.join(", "))])))?;
        }
        let end = if failures == 0 { "end.passed" } else { "end.failed" };
        output::line(format_args!("\n{}", self.say(end, &[("count", failures.to_string())])))
    }
}

/// What files and servers say must not command the terminal.
fn clean<'a>(args: &Args<'a>) -> Vec<(&'a str, String)> {
    args.iter().map(|(name, value)| (*name, strip_control(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_checked_is_named() {
        let mut report = Report::new(Language::ENGLISH);
        report.passed("host.found", &[("host", "http://h\u{1b}[31m".to_owned()), ("source", "x".to_owned())]);
        report.failed("connection.refused", &[("address", "h:1".to_owned())]);
        assert_eq!(report.failures(), 1);
        assert!(report.skipped().contains(&"login") && !report.skipped().contains(&"proxy"));
        assert!(!report.findings[0].text.contains('\u{1b}'), "{:?}", report.findings[0]);
    }
}
