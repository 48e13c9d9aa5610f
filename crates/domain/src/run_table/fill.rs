//! From a run's stored documents into columns, without a tree of values in between.

use serde::Deserializer;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use sqlx::FromRow;

use super::column::{Column, EXACT};
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
pub(super) fn stored(e: serde_json::Error) -> Error {
    Error::internal("reading a stored run", e)
}

/// Fills a row from `{"key": {"value": …}}`.
pub(super) fn config(tree: &mut Tree, row: u32, text: &str) -> Result<(), Error> {
    read(text, Entries { tree, row })
}

/// Fills a row from a summary.
pub(super) fn summary(tree: &mut Tree, row: u32, text: &str) -> Result<(), Error> {
    read(text, Fill { tree, row, node: Tree::ROOT })
}

fn read<'de>(text: &'de str, seed: impl DeserializeSeed<'de, Value = ()>) -> Result<(), Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    seed.deserialize(&mut json).map_err(stored)
}

/// A key, borrowed as long as it is looked at.
struct Key<F>(F);

impl<'de, T, F: FnOnce(&str) -> T> DeserializeSeed<'de> for Key<F> {
    type Value = T;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<T, D::Error> {
        json.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> T> Visitor<'_> for Key<F> {
    type Value = T;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }
    fn visit_str<E>(self, key: &str) -> Result<T, E> {
        Ok((self.0)(key))
    }
}

/// The entries of a config.
struct Entries<'a> {
    tree: &'a mut Tree,
    row: u32,
}

impl<'de> DeserializeSeed<'de> for Entries<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a config")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(node) = map.next_key_seed(Key(|key: &str| self.tree.child(Tree::ROOT, key)))? {
            map.next_value_seed(Entry(Fill { tree: self.tree, row: self.row, node }))?;
        }
        Ok(())
    }
}

/// One entry of a config: what is in its `value`; all of it where it has none.
struct Entry<'a>(Fill<'a>);

impl<'de> DeserializeSeed<'de> for Entry<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an entry of a config")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Fill { tree, row, node } = self.0;
        let mut others = Map::new();
        let mut has_value = false;
        while let Some(key) = map.next_key_seed(Key(|key: &str| (key != "value").then(|| key.to_owned())))? {
            match key {
                None => {
                    has_value = true;
                    map.next_value_seed(Fill { tree, row, node })?;
                }
                Some(_) if has_value => _ = map.next_value::<IgnoredAny>()?,
                Some(key) => _ = others.insert(key, map.next_value()?),
            }
        }
        if !has_value {
            put(tree, row, node, &Value::Object(others));
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.0.visit_seq(seq)
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.text(text);
        Ok(())
    }
    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.0.put(&number.into());
        Ok(())
    }
    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.0.put(&number.into());
        Ok(())
    }
    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.0.number(number);
        Ok(())
    }
    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.0.put(&flag.into());
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.put(&Value::Null);
        Ok(())
    }
}

/// A value for a node, or values for those below.
struct Fill<'a> {
    tree: &'a mut Tree,
    row: u32,
    node: NodeId,
}

impl Fill<'_> {
    fn column(&mut self) -> &mut Column {
        self.tree.column_mut(self.node)
    }

    fn put(mut self, value: &Value) {
        let row = self.row;
        self.column().set(row, value);
    }

    fn number(mut self, number: f64) {
        let row = self.row;
        self.column().numbers.set(row, number);
    }

    fn text(mut self, text: &str) {
        let row = self.row;
        self.column().texts.set(row, text, || ());
    }
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Fill { tree, row, node } = self;
        let mut empty = true;
        while let Some(node) = map.next_key_seed(Key(|key: &str| tree.child(node, key)))? {
            empty = false;
            map.next_value_seed(Fill { tree, row, node })?;
        }
        // The summary itself is no value.
        if empty && node != Tree::ROOT {
            tree.column_mut(node).set(row, &Value::Object(Map::new()));
        }
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        self.put(&Value::Array(items));
        Ok(())
    }
    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.text(text);
        Ok(())
    }
    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        if (number as f64).abs() < EXACT {
            self.number(number as f64)
        } else {
            self.put(&number.into())
        }
        Ok(())
    }
    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        if (number as f64) < EXACT {
            self.number(number as f64)
        } else {
            self.put(&number.into())
        }
        Ok(())
    }
    fn visit_f64<E: serde::de::Error>(self, number: f64) -> Result<(), E> {
        if !number.is_finite() {
            return Err(E::custom("a number that JSON cannot hold"));
        }
        self.number(number);
        Ok(())
    }
    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        self.put(&flag.into());
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        self.put(&Value::Null);
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
