//! The columns of config or summary: a tree of keys with a column at each node.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::bitmap::Bitmap;
use super::column::Column;

/// Number of a node.
pub(super) type NodeId = usize;

/// Keys inside keys. A run's value is in the column of a node, or, where it is an object, in the nodes below.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug, Default)]
struct Node {
    /// By key: where it is in `keys`.
    places: HashMap<Box<str>, usize>,
    /// In the order in which they were first seen.
    keys: Vec<(Box<str>, NodeId)>,
    /// Where the next key is likely to be: runs of a project have their keys in one order.
    next: usize,
    column: Column,
}

impl Default for Tree {
    fn default() -> Self {
        Self { nodes: vec![Node::default()] }
    }
}

impl Tree {
    pub const ROOT: NodeId = 0;

    /// The keys of each node with the nodes below, in their order.
    pub fn keys(&self) -> Vec<Vec<(Box<str>, NodeId)>> {
        self.nodes.iter().map(|node| node.keys.clone()).collect()
    }

    /// A tree of these keys and columns, by node.
    pub fn of(keys: Vec<Vec<(Box<str>, NodeId)>>, columns: Vec<Column>) -> Self {
        let node = |(keys, column): (Vec<(Box<str>, NodeId)>, Column)| {
            let places = keys.iter().enumerate().map(|(place, (key, _))| (key.clone(), place)).collect();
            Node { places, keys, next: 0, column }
        };
        Self { nodes: keys.into_iter().zip(columns).map(node).collect() }
    }

    /// All columns, by node.
    pub fn columns_mut(&mut self) -> impl Iterator<Item = &mut Column> {
        self.nodes.iter_mut().map(|node| &mut node.column)
    }

    /// The node of the key that is likely to be next, if `is` says that it is. Only a key is tried in which nothing is
    /// escaped.
    pub fn likely(&mut self, node: NodeId, is: impl FnOnce(&str) -> bool) -> Option<NodeId> {
        let node = &mut self.nodes[node];
        let (key, child) = node.keys.get(node.next)?;
        let found = (!key.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) && is(key)).then_some(*child);
        node.next += usize::from(found.is_some());
        found
    }

    /// The node below a node; made when it is new.
    pub fn child(&mut self, node: NodeId, key: &str) -> NodeId {
        let fresh = self.nodes.len();
        let node = &mut self.nodes[node];
        if let Some(place) = node.places.get(key) {
            node.next = place + 1;
            return node.keys[*place].1;
        }
        node.places.insert(key.into(), node.keys.len());
        node.keys.push((key.into(), fresh));
        node.next = node.keys.len();
        self.nodes.push(Node::default());
        fresh
    }

    /// The node below a node, where there is one.
    fn at(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let node = &self.nodes[node];
        node.places.get(key).map(|place| node.keys[*place].1)
    }

    pub fn column(&self, node: NodeId) -> &Column {
        &self.nodes[node].column
    }

    pub fn column_mut(&mut self, node: NodeId) -> &mut Column {
        &mut self.nodes[node].column
    }

    /// Whether keys are below a node.
    pub fn is_leaf(&self, node: NodeId) -> bool {
        self.nodes[node].keys.is_empty()
    }

    /// Takes all of a row's values away.
    pub fn clear(&mut self, row: u32) {
        self.nodes.iter_mut().for_each(|node| node.column.clear(row));
    }

    /// The nodes that a dotted path below `node` may mean, first those with the longest key: of those, a run has the
    /// first in which it has a value.
    pub fn find(&self, node: NodeId, path: &str, found: &mut Vec<NodeId>) {
        for (key, rest) in splits(path) {
            match self.at(node, key) {
                Some(child) if rest.is_empty() => found.push(child),
                Some(child) => self.find(child, rest, found),
                None => {}
            }
        }
    }

    /// The same where the first key is of a config, `{"key": {"value": …}}`, whose `value` may be named or not.
    pub fn find_config(&self, path: &str) -> Vec<NodeId> {
        let mut found = Vec::new();
        for (key, rest) in splits(path) {
            let Some(child) = self.at(Self::ROOT, key) else { continue };
            if rest.is_empty() || rest == "value" {
                found.push(child);
                continue;
            }
            if let Some(below) = rest.strip_prefix("value.") {
                self.find(child, below, &mut found);
            }
            self.find(child, rest, &mut found);
        }
        found
    }

    /// What a run has at a node: a value, or an object of those below.
    pub fn value(&self, node: NodeId, row: u32) -> Option<Value> {
        if let Some(cell) = self.nodes[node].column.get(row) {
            return Some(cell.to_value());
        }
        let below = self.nodes[node].keys.iter();
        let map: Map<String, Value> =
            below.filter_map(|(key, child)| Some((key.to_string(), self.value(*child, row)?))).collect();
        (!map.is_empty()).then_some(Value::Object(map))
    }

    /// The rows that have a value at a node or below.
    pub fn present(&self, node: NodeId) -> Bitmap {
        let mut rows = self.nodes[node].column.present();
        for (_, child) in &self.nodes[node].keys {
            rows.or(&self.present(*child));
        }
        rows
    }

    /// Calls `each` with the dotted name of every node and its column.
    pub fn each(&self, each: &mut impl FnMut(&str, &Column)) {
        self.each_below(Self::ROOT, "", each);
    }

    fn each_below(&self, node: NodeId, name: &str, each: &mut impl FnMut(&str, &Column)) {
        for (key, child) in &self.nodes[node].keys {
            let name = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
            each(&name, &self.nodes[*child].column);
            self.each_below(*child, &name, each);
        }
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        let of = |node: &Node| node.column.bytes() + node.keys.iter().map(|(key, _)| 2 * key.len() + 96).sum::<usize>();
        self.nodes.iter().map(of).sum()
    }
}

/// Every way to cut a path into a key and the rest, the longest key first.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let cuts = path.rmatch_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
    std::iter::once((path, "")).chain(cuts).filter(|(key, _)| !key.is_empty())
}
