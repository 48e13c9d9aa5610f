//! The explanation of a denial, from `denied.CODE.*` of the catalogue.
//!
//! The first line stands alone: older clients show nothing else. Then, each on a line of its own and only when there is
//! evidence for it: *Did you mean* (`hint`), *Fix* (`fix`) with the exact code or command, *Ask* (`ask`) with names, and
//! the link to the whole trace (`denied.details`), where access can be requested too if a request can help (`denied.request`).
//! A part may have a wording for one action, `denied.CODE.fix.run:create`, which goes before the general one.

use domain::policy::Cause;

use super::text::{plain, shorten, strip_control};
use super::{Args, Language};

/// Longest first line, in characters.
const FIRST_LINE: usize = 160;

/// Longest piece of evidence in further lines.
const LONGEST_VALUE: usize = 120;

/// A rendered denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The line that stands alone.
    pub first: String,
    /// The lines after it, each under its part's name.
    pub more: Vec<(&'static str, String)>,
}

/// The parts after the first line, in the order shown.
const PARTS: [&str; 4] = ["hint", "fix", "ask", "details"];

/// Which part is left out first where there is no room for all.
const LEAST_NEEDED: [&str; 4] = ["hint", "ask", "details", "fix"];

impl Denial {
    /// Renders the cause `code` with its evidence.
    pub fn new(language: Language, code: &str, evidence: &Args<'_>) -> Self {
        let more: Vec<_> =
            evidence.iter().map(|(name, value)| (*name, shorten(&strip_control(value), LONGEST_VALUE))).collect();
        let more = with_action(language, more);
        let link = if Cause::can_be_granted(code) { "denied.request" } else { "denied.details" };
        let part = |part: &'static str| match part {
            "details" => language.say(link, &more).map(|line| (part, line)),
            _ => say(language, code, part, &more).map(|line| (part, line)),
        };
        Self { first: first_line(language, code, evidence), more: PARTS.into_iter().filter_map(part).collect() }
    }

    /// All lines; the least needed are left out where the whole would be longer than `max` bytes.
    pub fn text(&self, max: usize) -> String {
        let mut left_out = 0;
        loop {
            let shown = self.more.iter().filter(|(part, _)| !LEAST_NEEDED[..left_out].contains(part));
            let lines: Vec<&str> = std::iter::once(self.first.as_str()).chain(shown.map(|(_, l)| l.as_str())).collect();
            let text = lines.join("\n");
            if text.len() <= max || left_out == LEAST_NEEDED.len() {
                return text;
            }
            left_out += 1;
        }
    }
}

/// The first line, with names shortened until it fits.
fn first_line(language: Language, code: &str, evidence: &Args<'_>) -> String {
    let mut line = String::new();
    for longest in [160, 80, 56, 40, 28, 20, 12] {
        // An address that is cut leads nowhere.
        let short = |name: &str, value: &str| match name {
            "link" | "host" | "url" => plain(value),
            _ => shorten(&plain(value), longest),
        };
        let short: Vec<_> = evidence.iter().map(|(name, value)| (*name, short(name, value))).collect();
        let args = with_action(language, short);
        line = say(language, code, "first", &args).unwrap_or_else(|| code.to_owned());
        if line.chars().count() <= FIRST_LINE {
            return line;
        }
    }
    shorten(&line, FIRST_LINE)
}

/// One part, in the wording for the action asked if there is one.
fn say(language: Language, code: &str, part: &str, args: &Args<'_>) -> Option<String> {
    let operation = args.iter().find(|(name, _)| *name == "operation").map_or("", |(_, value)| value.as_str());
    language
        .say(&format!("denied.{code}.{part}.{operation}"), args)
        .or_else(|| language.say(&format!("denied.{code}.{part}"), args))
}

/// The action as words: `run:create` on `ml/p` becomes `write to ml/p`; roles get their names; `project` is taken from the
/// target where the evidence has none of its own.
pub(super) fn with_action(language: Language, mut args: Vec<(&str, String)>) -> Vec<(&str, String)> {
    let of =
        |args: &[(&str, String)], wanted: &str| args.iter().find(|(name, _)| *name == wanted).map(|(_, v)| v.clone());
    if let Some(operation) = of(&args, "action") {
        let target = of(&args, "target").or_else(|| of(&args, "entity")).unwrap_or_default();
        let words = language.say(&format!("action.{operation}"), &[("target", target)]);
        args.retain(|(name, _)| *name != "action");
        args.push(("action", words.unwrap_or_else(|| operation.clone())));
        args.push(("operation", operation));
    }
    let project = of(&args, "target").and_then(|target| target.split('/').nth(1).map(str::to_owned));
    if let (Some(project), None) = (project, of(&args, "project")) {
        args.push(("project", project));
    }
    for (name, value) in &mut args {
        if matches!(*name, "role" | "needed") {
            *value = language.say(&format!("role.{value}"), &[]).unwrap_or_else(|| value.clone());
        }
    }
    args
}

#[cfg(test)]
mod tests;
