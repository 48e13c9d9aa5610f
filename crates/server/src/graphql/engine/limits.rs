//! What a document may cost, decided before anything expands it.
//!
//! Fragments that use fragments grow exponentially when written out, and validators write them out. So depth and
//! number of fields are first computed with every fragment visited once; what passes is cheap for everyone after.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{BaseType, ExecutableDocument, Selection, SelectionSet, Type};

use crate::{Error, Problem};

/// Longest text of a document (the client's longest has 15 kB); values belong into variables, which may be larger.
const MAX_TEXT: usize = 256 << 10;

/// Longest chain of fragments that use fragments (the walk is recursive).
const MAX_CHAIN: usize = 32;

/// What a document may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Deepest nesting of fields.
    pub depth: usize,
    /// Most fields, with every fragment written out.
    pub complexity: usize,
}

/// Nesting and number of fields of a selection.
#[derive(Clone, Copy, Default)]
struct Cost {
    depth: usize,
    fields: usize,
}

impl Limits {
    /// Parses a document.
    pub fn parse(self, text: &str) -> Result<ExecutableDocument, Error> {
        if text.len() > MAX_TEXT {
            return Err(Error::BadRequest(Problem::QueryLong { most: MAX_TEXT }));
        }
        async_graphql::parser::parse_query(text).map_err(|e| Error::Query(format!("The query cannot be read: {e}.")))
    }

    /// Refuses documents that are too deep or too large, and variables of types that `known` does not know (the
    /// validator relies on that).
    pub fn check(self, document: &ExecutableDocument, known: impl Fn(&str) -> bool) -> Result<(), Error> {
        let mut walk = Walk { document, seen: BTreeMap::new(), open: BTreeSet::new() };
        let mut total = Cost::default();
        for (_, operation) in document.operations.iter() {
            let cost = walk.selection(&operation.node.selection_set.node)?;
            total = Cost { depth: total.depth.max(cost.depth), fields: total.fields.saturating_add(cost.fields) };
            for variable in &operation.node.variable_definitions {
                let name = base_name(&variable.node.var_type.node);
                if !known(name) {
                    return Err(Error::Query(format!("Unknown type \"{name}\".")));
                }
            }
        }
        if total.depth > self.depth {
            return Err(Error::BadRequest(Problem::QueryDeep { most: self.depth }));
        }
        if total.fields > self.complexity {
            return Err(Error::BadRequest(Problem::QueryLarge { most: self.complexity }));
        }
        Ok(())
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    seen: BTreeMap<&'a str, Cost>,
    open: BTreeSet<&'a str>,
}

impl<'a> Walk<'a> {
    fn selection(&mut self, set: &'a SelectionSet) -> Result<Cost, Error> {
        let mut total = Cost::default();
        for item in &set.items {
            let cost = match &item.node {
                Selection::Field(field) => {
                    let inner = self.selection(&field.node.selection_set.node)?;
                    Cost { depth: inner.depth + 1, fields: inner.fields.saturating_add(1) }
                }
                Selection::InlineFragment(fragment) => self.selection(&fragment.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            };
            total = Cost { depth: total.depth.max(cost.depth), fields: total.fields.saturating_add(cost.fields) };
        }
        Ok(total)
    }

    fn fragment(&mut self, name: &'a str) -> Result<Cost, Error> {
        if let Some(cost) = self.seen.get(name) {
            return Ok(*cost);
        }
        // A fragment that does not exist is the validator's to report.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Cost::default()) };
        if !self.open.insert(name) {
            return Err(Error::Query(format!("The fragment \"{name}\" uses itself.")));
        }
        if self.open.len() > MAX_CHAIN {
            return Err(Error::BadRequest(Problem::QueryFragments { most: MAX_CHAIN }));
        }
        let cost = self.selection(&fragment.node.selection_set.node)?;
        self.open.remove(name);
        self.seen.insert(name, cost);
        Ok(cost)
    }
}

/// The named type inside lists.
fn base_name(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(of) => base_name(of),
    }
}
