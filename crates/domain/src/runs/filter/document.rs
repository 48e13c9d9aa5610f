//! The same language over JSON documents.

use serde_json::Value;

use super::super::document::Datum;
use super::{Expr, parse};
use crate::Error;

/// A parsed filter over documents whose top has fields in camelCase.
#[derive(Debug)]
pub(crate) struct DocumentFilter(Expr<String>);

impl DocumentFilter {
    /// Reads the client's JSON; an empty text admits everything.
    pub fn parse(text: &str) -> Result<Self, Error> {
        parse::filter(text, camel).map(Self)
    }

    /// Whether it says nothing.
    pub fn admits_all(&self) -> bool {
        self.0.admits_all()
    }

    /// Whether the document is admitted.
    pub fn admits(&self, document: &Value) -> bool {
        holds(&self.0, document)
    }
}

/// `created_at.x_y` as `createdAt.x_y`: only the first part is a name of ours.
fn camel(name: &str) -> String {
    let (first, rest) = name.split_at(name.find('.').unwrap_or(name.len()));
    let mut camel = String::with_capacity(name.len());
    let mut upper = false;
    for c in first.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                camel.extend(c.to_uppercase());
                upper = false;
            }
            c => camel.push(c),
        }
    }
    camel + rest
}

fn holds(expr: &Expr<String>, document: &Value) -> bool {
    match expr {
        Expr::All(all) => all.iter().all(|e| holds(e, document)),
        Expr::Any(any) => any.iter().any(|e| holds(e, document)),
        Expr::Not(one) => !holds(one, document),
        Expr::Field(field, tests) => {
            let value = find(document, field).filter(|value| !value.is_null());
            let date = match (field.ends_with("At"), value) {
                (true, Some(Value::String(text))) => crate::micros(text).map(Datum::Date),
                _ => None,
            };
            let datum = date.or(value.map(Datum::Json));
            tests.iter().all(|test| test.holds(datum.as_ref()))
        }
    }
}

/// The value under a dotted path: the longest literal key first, then what is below it.
pub(crate) fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    if let Some(found) = map.get(path) {
        return Some(found);
    }
    path.rmatch_indices('.').find_map(|(at, _)| find(map.get(&path[..at])?, &path[at + 1..]))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_asked_by_path_and_by_date() {
        let document =
            json!({"createdAt": "2026-01-02T00:00:00Z", "tags": ["a"], "metadata": {"a": {"b_c": 2}, "x.y": 1}});
        for (filter, admitted) in [
            (json!({"created_at": {"$gt": "2026-01-01"}}), true),
            (json!({"tags": "a", "metadata.a.b_c": {"$gte": 2}}), true),
            (json!({"$or": [{"metadata.x.y": 1}, {"tags": "b"}]}), true),
            (json!({"tags": {"$in": ["b"]}}), false),
            (json!({"metadata.none": null}), true),
        ] {
            assert_eq!(DocumentFilter::parse(&filter.to_string()).unwrap().admits(&document), admitted, "{filter}");
        }
    }
}
