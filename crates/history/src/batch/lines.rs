//! Lines of `wandb-history.jsonl` and `wandb-events.jsonl` to columns.

use super::{Batch, Builder};
use crate::json::JsonError;
use crate::line::{BadLine, Field, Row, Template, Templates};
use crate::lines::{Lines, line};
use crate::value::Value;
use crate::{MALFORMED, STEP};

impl Batch {
    /// One row per line. A row without `_step` gets its line number, counted from `first_line`.
    ///
    /// A line that is not a JSON object, or whose `_step` is not an integer, becomes a row with only its line number
    /// as `_step` and its raw text as `_malformed`; it is also reported in the second part, so that nothing is lost
    /// and nothing passes unseen.
    #[must_use]
    pub fn from_lines(lines: impl Into<Lines>, first_line: u64) -> (Self, Vec<BadLine>) {
        let mut rows = Rows { builder: Builder::default(), first_line, bad: Vec::new() };
        let mut templates = Templates::default();
        let rest = lines.into().each(|scanner| {
            if templates.read(scanner, &mut rows.builder) {
                return Ok(());
            }
            let start = scanner.mark();
            let (text, broken) = line(scanner)?;
            if let Some(error) = broken {
                rows.builder.row();
                rows.malformed(&text, error);
                return Ok(());
            }
            // From the last line nothing is to be learnt.
            let more = scanner.peek() == Some(b',');
            let template = rows.read(&text, more);
            if rows.builder.len() == 1 && template.is_some() {
                // The others are mostly as long.
                rows.builder.expect(scanner.left() / (scanner.place() - start).max(1));
            }
            templates.keep(template);
            Ok(())
        });
        if let Some((text, error)) = rest {
            rows.builder.row();
            rows.malformed(&text, error);
        }
        (rows.builder.finish(), rows.bad)
    }
}

/// Rows that are being read.
struct Rows {
    builder: Builder,
    first_line: u64,
    bad: Vec<BadLine>,
}

impl Rows {
    /// Reads a line, whatever it holds, and learns how it is written where others may be written alike.
    fn read(&mut self, text: &str, learn: bool) -> Option<Template> {
        self.builder.row();
        let row = match Row::read(text) {
            Ok(row) => row,
            Err(error) => {
                self.malformed(text, error);
                return None;
            }
        };
        if !row.fields.iter().any(|field| field.key == STEP) {
            self.builder.set(STEP.into(), None, Some(self.number()));
        }
        let learn = learn && row.is_plain(text);
        let mut values = Vec::new();
        for Field { key, path, value, place } in row.fields {
            let step = key == STEP;
            let column = self.builder.set(key, path, value);
            if learn {
                values.extend(column.map(|column| (place, column, step)));
            }
        }
        learn.then(|| Template::of(text, &values)).flatten()
    }

    /// Keeps the text of the last row as it is.
    fn malformed(&mut self, text: &str, error: JsonError) {
        self.builder.set(STEP.into(), None, Some(self.number()));
        self.builder.set(MALFORMED.into(), None, Some(Value::Text(text.into())));
        self.bad.push(BadLine { line: self.line(), error });
    }

    /// The number of the last row's line.
    fn line(&self) -> u64 {
        self.first_line.saturating_add(self.builder.len() as u64 - 1)
    }

    fn number(&self) -> Value<'static> {
        Value::Int(i64::try_from(self.line()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::column::ColumnValues;

    /// What the lines hold, each read by itself.
    fn one_by_one(lines: &[String], first_line: u64) -> (Batch, Vec<BadLine>) {
        let mut rows = Rows { builder: Builder::default(), first_line, bad: Vec::new() };
        lines.iter().for_each(|line| _ = rows.read(line, false));
        (rows.builder.finish(), rows.bad)
    }

    /// Keys as they stand in a line.
    fn key() -> impl Strategy<Value = &'static str> {
        select(vec![
            "_step",
            "_step",
            "_step",
            "a",
            "b",
            "a.b",
            "é日本",
            r#"\""#,
            r"\u00e9\\",
            r"\ud83d\ude00",
            r"\ud800",
        ])
    }

    fn value() -> impl Strategy<Value = String> {
        let odd = [
            "NaN",
            "Infinity",
            "-Infinity",
            "true",
            "false",
            "null",
            "-0",
            "1E5",
            "01",
            "1.",
            "-",
            "1e999",
            "tru",
            "",
            "12345678901234567890",
            "9007199254740993",
            "5e-324",
            r#""x""#,
            r#""\\\" \ud800\n""#,
            "[1, 2]",
            "{}",
            r#"{"_type":"image-file"}"#,
            "1 2",
            "1}",
            r#"1,"a":2"#,
            r#"1,"_step":7"#,
        ];
        prop_oneof![
            8 => (-5..5_i64).prop_map(|int| int.to_string()),
            8 => any::<f64>().prop_map(|float| format!("{float:?}")),
            2 => any::<i64>().prop_map(|int| int.to_string()),
            2 => select(odd.to_vec()).prop_map(str::to_owned),
        ]
    }

    /// The text between values, as rows of one kind share it.
    fn shape() -> impl Strategy<Value = Vec<String>> {
        let before = (key(), select(vec!["", "", " ", r#"{"x":"#, r#"{ "a" : {"b":"#]), select(vec![":", " :\t"]));
        let before = prop::collection::vec(before, 1..5);
        (before, any::<bool>()).prop_map(|(parts, broken)| {
            let (mut texts, mut open) = (Vec::new(), 0);
            for (at, (key, inner, colon)) in parts.into_iter().enumerate() {
                let text = format!("{}{}\"{key}\"{colon}{inner}", "}".repeat(open), if at > 0 { ", " } else { "{" });
                open = inner.matches('{').count();
                texts.push(text);
            }
            texts.push("}".repeat(open + usize::from(!broken || open == 0)));
            texts
        })
    }

    fn lines() -> impl Strategy<Value = Vec<String>> {
        let row = (any::<prop::sample::Index>(), prop::collection::vec(value(), 5));
        (prop::collection::vec(shape(), 1..7), prop::collection::vec(row, 0..30)).prop_map(|(shapes, rows)| {
            let line = |(shape, values): (prop::sample::Index, Vec<String>)| {
                let (last, before) = shape.get(&shapes).split_last().unwrap();
                let written: String = before.iter().zip(values).map(|(text, value)| format!("{text}{value}")).collect();
                written + last
            };
            rows.into_iter().map(line).collect()
        })
    }

    /// The array with every character but these escaped, as some program may do.
    fn escaped(lines: &[String], plain: &str) -> Lines {
        let unit = |unit: u16| format!("\\u{unit:04x}");
        let letter = |letter: char| match plain.contains(letter) {
            true => letter.to_string(),
            false => letter.encode_utf16(&mut [0; 2]).iter().copied().map(unit).collect(),
        };
        let texts: Vec<String> =
            lines.iter().map(|line| format!("\"{}\"", line.chars().map(letter).collect::<String>())).collect();
        Lines::from_json(format!("[ {} ]", texts.join(" , ")).into())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn lines_that_are_written_alike_are_read_as_if_each_came_alone(lines in lines(), first in 0..9_u64) {
            let alone = one_by_one(&lines, first);
            prop_assert_eq!(Batch::from_lines(&lines, first), alone.clone());
            prop_assert_eq!(Batch::from_lines(escaped(&lines, ""), first), alone.clone());
            prop_assert_eq!(Batch::from_lines(escaped(&lines, " {}:,.0123456789abe_stp"), first), alone);
        }
    }

    #[test]
    fn a_known_way_of_writing_is_used() {
        let lines: Vec<String> = (0..9).map(|n| format!(r#"{{"_step":{n},"a":{{"b":{n}.5}},"\"":NaN}}"#)).collect();
        let (mut templates, mut read) = (Templates::default(), 0);
        let mut rows = Rows { builder: Builder::default(), first_line: 0, bad: Vec::new() };
        _ = Lines::from(&lines).each(|scanner| {
            if templates.read(scanner, &mut rows.builder) {
                read += 1;
                return Ok(());
            }
            templates.keep(rows.read(&line(scanner)?.0, true));
            Ok(())
        });
        assert_eq!((read, rows.builder.finish()), (8, one_by_one(&lines, 0).0));
    }

    #[test]
    fn what_is_no_array_of_lines_is_read_up_to_there_and_the_rest_kept() {
        for (array, rest) in
            [("[\"{}\", 1, \"{}\"]", "1, \"{}\"]"), ("[\"{}\",\"x\\n", "\"x\\n"), ("[\"{}\"", ""), ("7", "7")]
        {
            let (batch, bad) = Batch::from_lines(Lines::from_json(array.into()), 5);
            let rows = batch.len();
            assert_eq!(bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [4 + rows as u64], "{array}");
            assert_eq!(batch.value(rows - 1, MALFORMED), Some(Value::Text(rest.into())), "{array}");
            let steps: Vec<i64> = (5..5 + rows as i64).collect();
            assert_eq!(batch.column(STEP).unwrap().values(), &ColumnValues::Int(steps));
        }
        assert_eq!(Batch::from_lines(Lines::default(), 5), (Batch::default(), Vec::new()));
    }
}
