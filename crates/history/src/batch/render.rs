//! A batch as the client's rows: one JSON object per row, nested again by path.

use super::Batch;
use crate::column::Column;
use crate::json::{write_string, write_value};
use crate::value::NonFinite;

/// A column with the path that its values are written under.
struct Leaf<'a> {
    path: Vec<&'a str>,
    column: &'a Column,
}

impl Leaf<'_> {
    fn parents(&self) -> &[&str] {
        &self.path[..self.path.len() - 1]
    }
}

/// A row in the making: its text so far, and which leaf it ends with.
#[derive(Default)]
struct Row {
    text: String,
    last: Option<usize>,
}

impl Batch {
    /// Each row as the text of a JSON object with the values it holds, all of them or only those of `keys` (dotted
    /// names). A row that holds none is `{}`. Integral numbers below 2^53 are written as integers, other floats in
    /// the shortest form that reads back as the same number.
    #[must_use]
    pub fn to_json_rows(&self, keys: Option<&[&str]>, non_finite: NonFinite) -> Vec<String> {
        let leaves = self.leaves(keys);
        let mut rows: Vec<Row> = Vec::new();
        rows.resize_with(self.len, Row::default);
        // Leaf by leaf, so that the cost follows the values held and not rows × columns.
        for (at, leaf) in leaves.iter().enumerate() {
            for (row, value) in leaf.column.iter() {
                let row = &mut rows[row];
                enter(row, &leaves, leaf);
                write_value(&mut row.text, &value, non_finite);
                row.last = Some(at);
            }
        }
        rows.into_iter().map(|row| close(row, &leaves)).collect()
    }

    /// The leaves in the order of a tree walk, so that what shares an object is written next to each other.
    fn leaves(&self, keys: Option<&[&str]>) -> Vec<Leaf<'_>> {
        let mut chosen: Vec<(&str, &Column)> = match keys {
            None => self.columns().collect(),
            Some(keys) => keys
                .iter()
                .filter_map(|key| self.columns.get_key_value(*key))
                .map(|(key, column)| (key.as_str(), column))
                .collect(),
        };
        chosen.sort_unstable_by_key(|(key, _)| *key);
        chosen.dedup_by_key(|(key, _)| *key);
        let mut leaves: Vec<Leaf<'_>> = chosen
            .into_iter()
            .map(|(key, column)| Leaf {
                path: column.path().map_or_else(|| vec![key], |path| path.iter().map(String::as_str).collect()),
                column,
            })
            .collect();
        leaves.sort_by(|a, b| a.path.cmp(&b.path));
        leaves
    }
}

/// Closes the objects that `leaf` is not in, opens those that it is in, and writes its key.
fn enter(row: &mut Row, leaves: &[Leaf<'_>], leaf: &Leaf<'_>) {
    let shared = match row.last {
        None => {
            row.text.push('{');
            0
        }
        Some(last) => {
            let open = leaves[last].parents();
            let shared = open.iter().zip(leaf.parents()).take_while(|(a, b)| a == b).count();
            open[shared..].iter().for_each(|_| row.text.push('}'));
            row.text.push(',');
            shared
        }
    };
    for (depth, part) in leaf.path.iter().enumerate().skip(shared) {
        write_string(&mut row.text, part);
        row.text.push_str(if depth < leaf.path.len() - 1 { ":{" } else { ":" });
    }
}

fn close(mut row: Row, leaves: &[Leaf<'_>]) -> String {
    match row.last {
        None => row.text.push('{'),
        Some(last) => leaves[last].parents().iter().for_each(|_| row.text.push('}')),
    }
    row.text.push('}');
    row.text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{naive_row, rows, same_json};

    fn render(lines: &[&str], non_finite: NonFinite) -> Vec<String> {
        Batch::from_lines(lines, 7).0.to_json_rows(None, non_finite)
    }

    #[test]
    fn nested_objects_come_back_nested_and_plain_dots_stay_plain() {
        let row = r#"{"_step":1,"a":{"b":{"c":1,"d":2},"e":3},"a.f":4,"g":{"h":5}}"#;
        assert_eq!(render(&[row], NonFinite::Bare), [row]);
        assert_eq!(Batch::from_lines(&[row], 0).0.value(0, "a.b.c"), Some(crate::Value::Int(1)));
    }

    #[test]
    fn numbers_are_written_as_the_client_expects() {
        let row = r#"{"_step":1.0,"a":1.79e+09,"b":1.0,"c":1180591620717411303424,"d":-0.0}"#;
        let text = r#"{"_step":1,"a":1790000000,"b":1,"c":1.1805916207174113e21,"d":-0.0}"#;
        assert_eq!(render(&[row], NonFinite::Bare), [text]);
    }

    #[test]
    fn non_finite_numbers_are_bare_or_quoted_everywhere() {
        let row = r#"{"_step":0,"a":NaN,"b":[-Infinity],"c":{"_type":"histogram","bins":[Infinity]}}"#;
        let quoted = r#"{"_step":0,"a":"NaN","b":["-Infinity"],"c":{"_type":"histogram","bins":["Infinity"]}}"#;
        assert_eq!(render(&[row], NonFinite::Bare), [row]);
        assert_eq!(render(&[row], NonFinite::Quoted), [quoted]);
    }

    #[test]
    fn keys_restrict_the_columns_but_not_the_rows() {
        let (batch, _) = Batch::from_lines(&[r#"{"a":1,"b":{"c":2}}"#, r#"{"d":1}"#], 0);
        assert_eq!(
            batch.to_json_rows(Some(&["b.c", "_step", "b.c", "x"]), NonFinite::Bare),
            [r#"{"_step":0,"b":{"c":2}}"#, r#"{"_step":1}"#]
        );
        assert_eq!(batch.to_json_rows(Some(&["a"]), NonFinite::Bare), [r#"{"a":1}"#, "{}"]);
    }

    proptest! {
        #[test]
        fn lines_come_back_as_a_naive_evaluator_reads_them(lines in rows()) {
            let (batch, bad) = Batch::from_lines(&lines, 3);
            prop_assert_eq!(bad, vec![]);
            let rendered = batch.to_json_rows(None, NonFinite::Quoted);
            prop_assert_eq!(rendered.len(), lines.len());
            for (number, (line, text)) in lines.iter().zip(rendered).enumerate() {
                let expected = naive_row(line, number as i64 + 3);
                let got = serde_json::from_str(&text).unwrap();
                prop_assert!(same_json(&got, &expected), "{} became {} and not {}", line, text, expected);
            }
        }
    }
}
