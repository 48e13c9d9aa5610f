//! The order of a list of runs: `[+|-]key`, several after commas. Runs without the key come last in both directions;
//! runs that are equal go by id, in the direction of the first key.

#[cfg(test)]
use std::cmp::Ordering;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(test)]
use super::document::RunDocument;
use super::document::{Datum, Field, Own};
use super::filter::infinity;
use crate::{Error, Problem};

/// A parsed order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Order(Vec<Key>);

#[derive(Clone, Debug, PartialEq)]
struct Key {
    field: Field,
    descending: bool,
}

/// A value to sort by. Numbers (and dates, as numbers) come before texts, those before truth values; numbers are kept as
/// integers of the same order, so that the order is total and survives the way through a cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum SortKey {
    #[serde(rename = "n")]
    Number(i64),
    #[serde(rename = "t")]
    Text(String),
    #[serde(rename = "b")]
    Bool(bool),
}

/// Where a run stands in an order: what a cursor holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    #[serde(rename = "k")]
    pub keys: Vec<Option<SortKey>>,
    #[serde(rename = "i")]
    pub id: i64,
}

/// The keys of an order as they are written, each with whether it descends.
pub(crate) fn parts(text: &str) -> Result<Vec<(String, bool)>, Error> {
    // A comma may be part of a key; one before a sign is not.
    let parts = text.replace(",+", "\0+").replace(",-", "\0-");
    let part = |part: &str| {
        let (descending, name) = match part.as_bytes().first() {
            Some(b'-') => (true, &part[1..]),
            Some(b'+') => (false, &part[1..]),
            _ => (false, part),
        };
        if name.trim().is_empty() {
            return Err(Error::Invalid(Problem::BadOrder { text: text.to_owned() }));
        }
        Ok((name.trim().to_owned(), descending))
    };
    parts.split('\0').map(|text| part(text.trim())).collect()
}

impl Order {
    /// Reads the client's text; empty means `+created_at`. Without a sign a key ascends.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self(vec![Key { field: Field::Own(Own::CreatedAt), descending: false }]));
        }
        let key = |(name, descending): (String, bool)| Key { field: Field::parse(&name), descending };
        Ok(Self(parts(text)?.into_iter().map(key).collect()))
    }

    /// Whether the names of the runs' metrics must be known.
    pub fn asks_metrics(&self) -> bool {
        self.0.iter().any(|key| key.field.asks_metrics())
    }

    /// The keys, each with whether it descends.
    pub fn keys(&self) -> impl Iterator<Item = (&Field, bool)> {
        self.0.iter().map(|key| (&key.field, key.descending))
    }

    /// The column and direction, when it goes by one of the dates that every run has.
    pub fn as_column(&self) -> Option<(&'static str, bool)> {
        let [Key { field: Field::Own(own), descending }] = self.0.as_slice() else { return None };
        let column = match own {
            Own::CreatedAt => "created_at",
            Own::UpdatedAt => "updated_at",
            Own::HeartbeatAt => "heartbeat_at",
            _ => return None,
        };
        Some((column, *descending))
    }

    #[cfg(test)]
    /// Where the run stands.
    pub fn position(&self, run: &RunDocument) -> Position {
        let keys = self.0.iter().map(|key| key.field.of(run).and_then(|datum| SortKey::of(&datum))).collect();
        Position { keys, id: run.id }
    }

    #[cfg(test)]
    /// Which of two comes first.
    pub fn compare(&self, a: &Position, b: &Position) -> Ordering {
        for (key, pair) in self.0.iter().zip(a.keys.iter().zip(&b.keys)) {
            let order = match pair {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) if key.descending => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
            };
            if order.is_ne() {
                return order;
            }
        }
        let by_id = a.id.cmp(&b.id);
        if self.0.first().is_some_and(|key| key.descending) { by_id.reverse() } else { by_id }
    }

    /// Reads a cursor that was made under the same order.
    pub fn cursor(&self, text: &str) -> Result<Position, Error> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok();
        let position: Option<Position> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let fits = position.filter(|position| position.keys.len() == self.0.len());
        fits.ok_or_else(|| Error::Invalid(Problem::OtherCursor))
    }
}

impl Position {
    /// As an opaque text.
    pub fn to_cursor(&self) -> Result<String, Error> {
        let bytes = serde_json::to_vec(self).map_err(|e| Error::internal("writing a cursor", e))?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The text of a list or object, whatever the order of its keys.
fn canonical(value: &Value) -> String {
    let mut value = value.clone();
    value.sort_all_objects();
    value.to_string()
}

impl SortKey {
    /// Nothing for null, NaN and what has no order.
    pub fn of(datum: &Datum<'_>) -> Option<Self> {
        match datum {
            Datum::Text(text) => Some(Self::Text((*text).to_owned())),
            Datum::Date(at) => Some(Self::date(*at)),
            Datum::Number(number) => number.as_f64().map(Self::number),
            Datum::True => Some(Self::Bool(true)),
            Datum::Texts(texts) => (!texts.is_empty()).then(|| Self::Text(texts.join(","))),
            Datum::Json(Value::Number(number)) => number.as_f64().map(Self::number),
            Datum::Json(Value::String(text)) if text == "NaN" => None,
            Datum::Json(Value::String(text)) => {
                Some(infinity(text).map_or_else(|| Self::Text(text.clone()), Self::number))
            }
            Datum::Json(Value::Bool(flag)) => Some(Self::Bool(*flag)),
            Datum::Json(Value::Null) => None,
            Datum::Json(other) => Some(Self::Text(canonical(other))),
        }
    }

    /// Microseconds are exact as floats until the year 2255.
    pub fn date(at: i64) -> Self {
        Self::number(at as f64)
    }

    /// Back from [`SortKey::date`].
    pub fn as_date(&self) -> Option<i64> {
        match self {
            Self::Number(bits) => Some(f64::from_bits(flip(*bits).cast_unsigned()) as i64),
            _ => None,
        }
    }

    /// An integer that is in the same order as the float.
    pub fn bits(number: f64) -> i64 {
        // 0.0 for both zeros.
        flip((number + 0.0).to_bits().cast_signed())
    }

    fn number(number: f64) -> Self {
        Self::Number(Self::bits(number))
    }
}

/// Between the bits of a float and an integer of the same order (its own inverse): negative floats count downwards.
fn flip(bits: i64) -> i64 {
    bits ^ (((bits >> 63).cast_unsigned()) >> 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn runs(losses: &[Value]) -> Vec<RunDocument> {
        let document = |(id, loss): (i64, &Value)| RunDocument {
            id,
            summary: if loss.is_null() { json!({}) } else { json!({"loss": loss, "a,b": -id}) },
            created_at: 1000 - id,
            ..RunDocument::default()
        };
        (0..).zip(losses).map(document).collect()
    }

    fn sorted(order: &str, losses: &[Value]) -> Vec<i64> {
        let order = Order::parse(order).unwrap();
        let mut positions: Vec<_> = runs(losses).iter().map(|run| order.position(run)).collect();
        positions.sort_by(|a, b| order.compare(a, b));
        positions.iter().map(|p| p.id).collect()
    }

    #[test]
    fn missing_keys_and_nan_come_last_in_both_directions() {
        let losses = [json!(null), json!(2), json!(-1.5), json!("NaN"), json!("-Infinity"), json!(2.0), json!("text")];
        assert_eq!(sorted("+summary_metrics.loss", &losses), [4, 2, 1, 5, 6, 0, 3]);
        assert_eq!(sorted("-summary_metrics.loss", &losses), [6, 5, 1, 2, 4, 3, 0]);
        assert_eq!(sorted("summary_metrics.loss", &losses), sorted("+summaryMetrics.loss", &losses));
    }

    #[test]
    fn the_default_is_by_creation_and_several_keys_are_possible() {
        let losses = [json!(1), json!(1), json!(0)];
        assert_eq!(sorted("", &losses), [2, 1, 0]);
        assert_eq!(sorted("-created_at", &losses), [0, 1, 2]);
        assert_eq!(sorted("-summary_metrics.loss,+createdAt", &losses), [1, 0, 2]);
        assert_eq!(sorted("+summary_metrics.a,b", &losses), [2, 1, 0]);
        assert_eq!(Order::parse("-heartbeatAt").unwrap().as_column(), Some(("heartbeat_at", true)));
        assert_eq!(Order::parse("-state").unwrap().as_column(), None);
        for bad in ["+", "-", "+a,-"] {
            assert!(Order::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn cursors_come_back_and_foreign_ones_are_refused() {
        let order = Order::parse("-summary_metrics.loss").unwrap();
        for run in runs(&[json!("Infinity"), json!(0.1), json!("x"), json!(null), json!(true)]) {
            let position = order.position(&run);
            assert_eq!(order.cursor(&position.to_cursor().unwrap()).unwrap(), position);
        }
        let two = Order::parse("+a,+b").unwrap().position(&RunDocument::default()).to_cursor().unwrap();
        for bad in ["", "x", two.as_str()] {
            assert!(order.cursor(bad).is_err(), "{bad}");
        }
        for at in [0, 1_795_300_000_123_456, -5] {
            assert_eq!(SortKey::date(at).as_date(), Some(at));
        }
    }
}
