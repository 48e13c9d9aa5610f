//! From the client's JSON to a filter.

use regex::{Regex, RegexBuilder};
use serde_json::{Map, Value};

use super::value::{Operand, Set};
use super::{Expr, Test};
use crate::{Error, Problem, Thing};

/// Most memory that one pattern may take when compiled.
const REGEX_SIZE: usize = 1 << 20;

const OPERATORS: &str = "$eq $ne $gt $gte $lt $lte $in $nin $exists $regex $contains $all $size $and $or $nor $not";

/// Reads a whole filter. Python also writes NaN and the infinities, which become the texts that runs hold for them.
pub(super) fn filter<F>(text: &str, field: fn(&str) -> F) -> Result<Expr<F>, Error> {
    object(json(text)?, field)
}

/// The JSON object of a filter; an empty one for no text and for null.
pub(crate) fn json(text: &str) -> Result<Map<String, Value>, Error> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match history::json::parse(text) {
        Ok(Value::Null) => Ok(Map::new()),
        Ok(Value::Object(map)) => Ok(map),
        Ok(other) => Err(Error::Invalid(Problem::FilterNotObject { got: other.to_string() })),
        Err(e) => Err(Error::Invalid(Problem::NotJson { what: Thing::Filter, detail: e.to_string() })),
    }
}

fn object<F>(map: Map<String, Value>, field: fn(&str) -> F) -> Result<Expr<F>, Error> {
    let mut all = Vec::with_capacity(map.len());
    for (key, value) in map {
        all.push(match key.as_str() {
            "$and" => Expr::All(list(&key, value, field)?),
            "$or" => Expr::Any(list(&key, value, field)?),
            "$nor" => Expr::Not(Box::new(Expr::Any(list(&key, value, field)?))),
            "$not" => match value {
                Value::Object(map) => Expr::Not(Box::new(object(map, field)?)),
                other => return Err(takes(&key, "", Thing::Filter, &other)),
            },
            key if key.starts_with('$') => return Err(unknown(key)),
            _ => Expr::Field(field(&key), condition(&key, value)?),
        });
    }
    // One key needs no list around it, and none is what admits everything.
    Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::All(all) })
}

fn list<F>(operator: &str, value: Value, field: fn(&str) -> F) -> Result<Vec<Expr<F>>, Error> {
    let Value::Array(items) = value else {
        return Err(takes(operator, "", Thing::ListOfFilters, &value));
    };
    let one = |item| match item {
        Value::Object(map) => object(map, field),
        other => Err(takes(operator, "", Thing::ListOfFilters, &other)),
    };
    items.into_iter().map(one).collect()
}

/// What a field must be: operators, or a value that it equals.
fn condition(field: &str, value: Value) -> Result<Vec<Test>, Error> {
    match value {
        Value::Object(map) if map.keys().any(|key| key.starts_with('$')) => {
            map.into_iter().map(|(operator, operand)| test(field, &operator, operand)).collect()
        }
        value => Ok(vec![Test::Eq(Operand::new(value))]),
    }
}

fn test(field: &str, operator: &str, operand: Value) -> Result<Test, Error> {
    let takes = |what, got: &Value| takes(operator, field, what, got);
    let items = |operand: Value| match operand {
        Value::Array(items) => Ok(items),
        other => Err(takes(Thing::List, &other)),
    };
    Ok(match operator {
        "$eq" => Test::Eq(Operand::new(operand)),
        "$ne" => Test::Not(vec![Test::Eq(Operand::new(operand))]),
        "$lt" => Test::Less(Operand::new(operand)),
        "$lte" => Test::LessEq(Operand::new(operand)),
        "$gt" => Test::Greater(Operand::new(operand)),
        "$gte" => Test::GreaterEq(Operand::new(operand)),
        "$in" => Test::In(Set::new(items(operand)?)),
        "$nin" => Test::Not(vec![Test::In(Set::new(items(operand)?))]),
        "$all" => Test::All(items(operand)?.into_iter().map(Operand::new).collect()),
        "$exists" => match operand {
            Value::Bool(wanted) => Test::Exists(wanted),
            other => return Err(takes(Thing::Boolean, &other)),
        },
        "$regex" => match operand {
            Value::String(pattern) => Test::Regex(regex(field, &pattern)?),
            other => return Err(takes(Thing::Pattern, &other)),
        },
        "$contains" => Test::Contains(Operand::new(operand)),
        "$size" => Test::Size(operand.as_u64().ok_or_else(|| takes(Thing::Number, &operand))?),
        "$not" => Test::Not(condition(field, operand)?),
        other => return Err(unknown(other)),
    })
}

fn regex(field: &str, pattern: &str) -> Result<Regex, Error> {
    let regex = RegexBuilder::new(pattern).size_limit(REGEX_SIZE).dfa_size_limit(REGEX_SIZE).build();
    regex.map_err(|e| Error::Invalid(Problem::FilterPattern { field: field.to_owned(), detail: e.to_string() }))
}

fn unknown(operator: &str) -> Error {
    Error::Invalid(Problem::FilterOperator { operator: operator.to_owned(), known: OPERATORS })
}

/// An operand of the wrong kind; `field` is empty where filters are combined.
fn takes(operator: &str, field: &str, what: Thing, got: &Value) -> Error {
    let (operator, field, got) = (operator.to_owned(), field.to_owned(), got.to_string());
    Error::Invalid(Problem::FilterOperand { operator, field, what, got })
}
