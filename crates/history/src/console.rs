//! Lines of `output.log`, in the two forms that clients write.
//!
//! Plain: `[ERROR ]<UTC time>[ [label]] text`, where `ERROR ` marks standard error. Structured: an object with
//! `level`, `ts`, `label` and `content`. A plain line cannot tell a label from a text that starts with a word in
//! brackets; both are read as a label, so whoever shows a line should write `[label] ` before its text.

use std::borrow::Cow;

use crate::STEP;
use crate::batch::{Batch, Builder};
use crate::json::Scanner;
use crate::value::Value;

/// What a line says; what it does not say is absent.
#[derive(Default, Debug, PartialEq)]
struct Line<'a> {
    level: Option<Cow<'a, str>>,
    timestamp: Option<Cow<'a, str>>,
    label: Option<Cow<'a, str>>,
    text: Cow<'a, str>,
}

impl Batch {
    /// One row per console line: `_step` is the line number counted from `first_line`, `level` is `error` for
    /// standard error, `timestamp` is as it was sent (ISO 8601, UTC), then `label` and `text`. One newline at the
    /// end is stripped. A line in neither form is all text.
    #[must_use]
    pub fn from_console(lines: &[impl AsRef<str>], first_line: u64) -> Self {
        let mut builder = Builder::default();
        for (number, line) in (first_line..).zip(lines) {
            let line = line.as_ref();
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line =
                structured(line).or_else(|| plain(line)).unwrap_or(Line { text: line.into(), ..Line::default() });
            builder.row();
            let mut set = |key: &'static str, value: Option<Value<'_>>| builder.set(key.into(), None, value);
            set(STEP, Some(Value::Int(i64::try_from(number).unwrap_or(i64::MAX))));
            set("level", line.level.map(Value::Text));
            set("timestamp", line.timestamp.map(Value::Text));
            set("label", line.label.map(Value::Text));
            set("text", Some(Value::Text(line.text)));
        }
        builder.finish()
    }
}

fn plain(line: &str) -> Option<Line<'_>> {
    let (level, rest) = match line.strip_prefix("ERROR ") {
        Some(rest) => (Some("error".into()), rest),
        None => (None, line),
    };
    let (time, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    if !is_time(time) {
        return None;
    }
    let labelled = rest.strip_prefix('[').and_then(|rest| rest.split_once("] ")).filter(|(label, _)| !label.is_empty());
    let (label, text) = labelled.map_or((None, rest), |(label, text)| (Some(label.into()), text));
    Some(Line { level, timestamp: Some(time.into()), label, text: text.into() })
}

/// Whether the text looks like `2026-11-21T22:24:33.157959`, with or without a fraction or `Z`.
fn is_time(text: &str) -> bool {
    let shape = b"dddd-dd-ddTdd:dd:dd";
    let bytes = text.as_bytes();
    let matches = |(byte, shape): (&u8, &u8)| {
        if *shape == b'd' { byte.is_ascii_digit() } else { byte == shape }
    };
    bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(matches)
        && bytes[shape.len()..].iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'Z'))
}

fn structured(line: &str) -> Option<Line<'_>> {
    if !line.starts_with('{') {
        return None;
    }
    let mut read = Line::default();
    let mut content = None;
    let mut scanner = Scanner::new(line);
    let all = scanner.object(|scanner, key| {
        let place = match key.as_ref() {
            "level" => &mut read.level,
            "ts" => &mut read.timestamp,
            "label" => &mut read.label,
            "content" => &mut content,
            _ => return scanner.raw().map(|_| ()),
        };
        if let Some(Value::Text(text)) = scanner.leaf()? {
            *place = Some(text);
        }
        Ok(())
    });
    all.and_then(|_| scanner.finish()).ok()?;
    read.timestamp.as_ref()?;
    Some(Line { text: content?, ..read })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::NonFinite::Bare;

    fn render(line: &str) -> String {
        Batch::from_console(&[line], 5).to_json_rows(None, Bare).remove(0)
    }

    #[test]
    fn plain_lines_tell_level_time_and_label() {
        assert_eq!(
            render("2026-11-21T22:24:33.157959 hello  world\n"),
            r#"{"_step":5,"text":"hello  world","timestamp":"2026-11-21T22:24:33.157959"}"#
        );
        assert_eq!(
            render("ERROR 2026-11-21T22:24:33.157959 [rank-1] oh: [no]"),
            r#"{"_step":5,"label":"rank-1","level":"error","text":"oh: [no]","timestamp":"2026-11-21T22:24:33.157959"}"#
        );
        assert_eq!(
            render("2026-11-21T22:24:33.157959"),
            r#"{"_step":5,"text":"","timestamp":"2026-11-21T22:24:33.157959"}"#
        );
        assert_eq!(
            render("2026-11-21T22:24:33 [50%]"),
            r#"{"_step":5,"text":"[50%]","timestamp":"2026-11-21T22:24:33"}"#
        );
    }

    #[test]
    fn structured_lines_tell_the_same() {
        assert_eq!(
            render(r#"{"level":"error","ts":"2026-11-21T22:24:33.15","label":"r1","content":"a\"b","more":[1]}"#),
            r#"{"_step":5,"label":"r1","level":"error","text":"a\"b","timestamp":"2026-11-21T22:24:33.15"}"#
        );
    }

    #[test]
    fn other_lines_are_all_text() {
        for line in [
            "",
            "ERROR",
            "ERROR hello",
            "2026-11-21 hello",
            r#"{"a":1}"#,
            r#"{"content":"x"}"#,
            "{\"ts\":\"x\",\"content\":\"y\"} z",
        ] {
            let text = serde_json::to_string(line).unwrap();
            assert_eq!(render(line), format!(r#"{{"_step":5,"text":{text}}}"#));
        }
        assert_eq!(render("a\n\n"), r#"{"_step":5,"text":"a\n"}"#);
    }
}
