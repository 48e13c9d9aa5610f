//! From a run's stored documents into columns, without a tree of values in between.

use history::json::{self, JsonError, Scanner};
use serde_json::{Map, Value};
use sqlx::FromRow;

use super::column::EXACT;
use super::tree::{NodeId, Tree};
use crate::Error;

/// A run as it is stored.
#[derive(Debug, FromRow)]
pub(super) struct StoredRun {
    pub id: i64,
    pub name: String,
    pub display_name: String,
    pub state: String,
    pub preempting: bool,
    pub username: Option<String>,
    pub tags: String,
    pub notes: Option<String>,
    pub description: Option<String>,
    pub group_name: Option<String>,
    pub job_type: Option<String>,
    pub host: Option<String>,
    pub program: Option<String>,
    pub repo: Option<String>,
    pub git_commit: Option<String>,
    pub sweep: Option<String>,
    pub exit_code: Option<i64>,
    pub created_at: i64,
    pub updated_at: i64,
    pub heartbeat_at: i64,
    pub finished_at: Option<i64>,
    pub config: String,
    pub summary: String,
}

/// `SELECT … FROM run r …` for [`StoredRun`]s; conditions come after it.
pub(super) const SELECT: &str = "SELECT r.id, r.name, r.display_name, r.state, r.preempting, a.name AS username, \
    r.tags, r.notes, r.description, r.group_name, r.job_type, r.host, r.program, r.repo, r.git_commit, r.sweep, \
    r.exit_code, r.created_at, r.updated_at, r.heartbeat_at, r.finished_at, r.config, r.summary \
    FROM run r LEFT JOIN account a ON a.id = r.user_id";

/// What is stored cannot be read.
pub(super) fn stored(e: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::internal("reading a stored run", e)
}

/// Fills a row from `{"key": {"value": …}}`.
pub(super) fn config(tree: &mut Tree, row: u32, text: &str) -> Result<(), Error> {
    read(text, |scanner| {
        let entries = scanner.entries(|scanner| {
            let node = child(tree, Tree::ROOT, scanner)?;
            entry(&mut Fill { tree, row }, node, scanner)
        });
        entries.map(drop)
    })
}

/// Fills a row from a summary.
pub(super) fn summary(tree: &mut Tree, row: u32, text: &str) -> Result<(), Error> {
    read(text, |scanner| Fill { tree, row }.value(Tree::ROOT, scanner))
}

fn read<'a>(text: &'a str, fill: impl FnOnce(&mut Scanner<'a>) -> Result<(), JsonError>) -> Result<(), Error> {
    let mut scanner = Scanner::new(text);
    fill(&mut scanner).and_then(|()| scanner.finish()).map_err(stored)
}

/// The node of the key that comes, which is likely the one that came after the key before in other rows.
fn child(tree: &mut Tree, node: NodeId, scanner: &mut Scanner<'_>) -> Result<NodeId, JsonError> {
    match tree.likely(node, |key| scanner.pass_key(key)) {
        Some(child) => Ok(child),
        None => Ok(tree.child(node, &scanner.key()?)),
    }
}

/// One entry of a config: what is in its `value`; all of it where it has none.
fn entry(fill: &mut Fill<'_>, node: NodeId, scanner: &mut Scanner<'_>) -> Result<(), JsonError> {
    if scanner.peek() != Some(b'{') {
        return fill.value(node, scanner);
    }
    let mut others = Map::new();
    let mut has_value = false;
    scanner.entries(|scanner| {
        let key = if scanner.pass_key("value") { "value".into() } else { scanner.key()? };
        if key == "value" {
            has_value = true;
            return fill.value(node, scanner);
        }
        let other = scanner.raw()?;
        if !has_value {
            others.insert(key.into_owned(), json::parse(&other)?);
        }
        Ok(())
    })?;
    if !has_value {
        put(fill.tree, fill.row, node, &Value::Object(others));
    }
    Ok(())
}

/// A row that gets values.
struct Fill<'a> {
    tree: &'a mut Tree,
    row: u32,
}

impl Fill<'_> {
    /// Reads the value of a node, or values for those below.
    fn value(&mut self, node: NodeId, scanner: &mut Scanner<'_>) -> Result<(), JsonError> {
        match scanner.peek() {
            Some(b'{') => return self.object(node, scanner),
            Some(b'[') => {
                let list = json::parse(&scanner.raw()?)?;
                self.tree.column_mut(node).set(self.row, &list);
                return Ok(());
            }
            _ => {}
        }
        let leaf = scanner.leaf()?;
        let column = self.tree.column_mut(node);
        match leaf {
            Some(history::Value::Float(number)) if number.is_finite() => column.numbers.set(self.row, number),
            Some(history::Value::Float(_)) => return scanner.fail("a number that JSON cannot hold"),
            Some(history::Value::Int(int)) if (int as f64).abs() < EXACT => column.numbers.set(self.row, int as f64),
            Some(history::Value::Text(text)) => column.texts.set(self.row, &text, || ()),
            other => column.set(self.row, &other.map_or(Value::Null, |value| value.to_json())),
        }
        Ok(())
    }

    fn object(&mut self, node: NodeId, scanner: &mut Scanner<'_>) -> Result<(), JsonError> {
        let members = scanner.entries(|scanner| {
            let child = child(self.tree, node, scanner)?;
            self.value(child, scanner)
        })?;
        // The summary itself is no value.
        if members == 0 && node != Tree::ROOT {
            self.tree.column_mut(node).set(self.row, &Value::Object(Map::new()));
        }
        Ok(())
    }
}

/// A value that was read whole.
fn put(tree: &mut Tree, row: u32, node: NodeId, value: &Value) {
    match value.as_object().filter(|map| !map.is_empty()) {
        None => tree.column_mut(node).set(row, value),
        Some(map) => {
            for (key, value) in map {
                let child = tree.child(node, key);
                put(tree, row, child, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_what_it_says_whatever_came_in_its_place_before() {
        let mut tree = Tree::default();
        let rows = [
            (r#"{"z":0,"a\":1,\"b":2}"#, json!({ "z": 0, "a\":1,\"b": 2 })),
            (r#"{"z":0,"a":1,"b":2}"#, json!({ "z": 0, "a": 1, "b": 2 })),
            (r#"{"z" : 0, "a\":1,\"b" : 2 }"#, json!({ "z": 0, "a\":1,\"b": 2 })),
            (r#"{"\u007a":0,"a":1,"bc":{"z":3}}"#, json!({ "z": 0, "a": 1, "bc": { "z": 3 } })),
            (r#"{"z":0,"a":1,"b":2}"#, json!({ "z": 0, "a": 1, "b": 2 })),
        ];
        for (row, (text, value)) in (0..).zip(&rows) {
            summary(&mut tree, row, text).unwrap();
            assert_eq!(tree.value(Tree::ROOT, row).as_ref(), Some(value), "{text}");
        }
        for text in [r#"{"z":0"a":1}"#, r#"{"z"0}"#, r#"{"z":}"#, r#"{"z"#, r#"{"z":0,}"#] {
            assert!(summary(&mut tree, 9, text).is_err(), "{text}");
        }
    }

    #[test]
    fn entries_of_a_config_have_values_and_more() {
        let mut tree = Tree::default();
        let text = r#"{"a":{"desc":null,"value":1},"b":{"value":{"value":2}},"c":{"desc":3},"d":{ "value" : 4 }}"#;
        config(&mut tree, 0, text).unwrap();
        let expected = json!({ "a": 1, "b": { "value": 2 }, "c": { "desc": 3 }, "d": 4 });
        assert_eq!(tree.value(Tree::ROOT, 0), Some(expected));
    }
}
