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
        let entries = scanner.object(|scanner, key| {
            let node = tree.child(Tree::ROOT, &key);
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

/// One entry of a config: what is in its `value`; all of it where it has none.
fn entry(fill: &mut Fill<'_>, node: NodeId, scanner: &mut Scanner<'_>) -> Result<(), JsonError> {
    if scanner.peek() != Some(b'{') {
        return fill.value(node, scanner);
    }
    let mut others = Map::new();
    let mut has_value = false;
    scanner.object(|scanner, key| {
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
        let members = scanner.object(|scanner, key| {
            let child = self.tree.child(node, &key);
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
