//! One value of one row.

use std::borrow::Cow;

use crate::json;

/// What a row holds for a key. Absent and null values have no `Value`.
#[derive(Debug, Clone)]
pub enum Value<'a> {
    /// A number written without fraction or exponent that fits `i64`.
    Int(i64),
    /// Any other number, also NaN and the infinities.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A string.
    Text(Cow<'a, str>),
    /// An array, an empty object or an object with `_type`: extended JSON text, as it was sent.
    Json(Cow<'a, str>),
}

/// How NaN and the infinities are written to JSON text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonFinite {
    /// `NaN`, `Infinity`, `-Infinity`: what Python and the client read and write, not strict JSON.
    Bare,
    /// `"NaN"`, `"Infinity"`, `"-Infinity"`: strict JSON.
    Quoted,
}

impl Value<'_> {
    /// The number for a chart: integers and floats as `f64`, booleans as 0 and 1, nothing else.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Int(int) => Some(*int as f64),
            Self::Float(float) => Some(*float),
            Self::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Self::Text(_) | Self::Json(_) => None,
        }
    }

    /// The string of a `Text`.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// As a strict JSON tree, in which non-finite numbers are strings.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Int(int) => (*int).into(),
            Self::Bool(flag) => (*flag).into(),
            Self::Text(text) => text.as_ref().into(),
            Self::Float(float) if float.is_finite() => (*float).into(),
            Self::Float(_) => self.to_text(NonFinite::Bare).into(),
            Self::Json(text) => json::parse(text).unwrap_or_else(|_| text.as_ref().into()),
        }
    }

    /// As JSON text; integral floats below 2^53 are written as integers.
    #[must_use]
    pub fn to_text(&self, non_finite: NonFinite) -> String {
        let mut out = String::new();
        json::write_value(&mut out, self, non_finite);
        out
    }

    /// The same value without borrows.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Int(int) => Value::Int(int),
            Self::Float(float) => Value::Float(float),
            Self::Bool(flag) => Value::Bool(flag),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Json(text) => Value::Json(Cow::Owned(text.into_owned())),
        }
    }

    /// The same value, borrowed.
    #[must_use]
    pub fn borrow(&self) -> Value<'_> {
        match self {
            Self::Int(int) => Value::Int(*int),
            Self::Float(float) => Value::Float(*float),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Json(text) => Value::Json(Cow::Borrowed(text)),
        }
    }

    /// The text that stored formats hold for a value of a mixed column: extended JSON in which a float always has a
    /// fraction or an exponent, so that [`Self::from_stored`] finds the same variant again.
    pub(crate) fn to_stored(&self) -> String {
        match self {
            Self::Float(float) if float.is_finite() => format!("{float:?}"),
            other => other.to_text(NonFinite::Bare),
        }
    }

    /// Reads what [`Self::to_stored`] wrote; `None` when it wrote no such text.
    pub(crate) fn from_stored(text: &str) -> Option<Value<'static>> {
        if text.starts_with(['{', '[']) {
            return Some(Value::Json(Cow::Owned(text.to_owned())));
        }
        let mut scanner = json::Scanner::new(text);
        let value = scanner.leaf().ok()??;
        scanner.finish().ok()?;
        Some(value.into_owned())
    }
}

/// Equal means the same variant with the same content; floats compare by their bits, so NaN equals itself.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits(),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) | (Self::Json(a), Self::Json(b)) => a == b,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_text_gives_the_same_variant_back() {
        for value in [
            Value::Int(1),
            Value::Int(i64::MIN),
            Value::Float(1.0),
            Value::Float(-0.0),
            Value::Float(1e300),
            Value::Float(f64::NAN),
            Value::Float(f64::NEG_INFINITY),
            Value::Bool(true),
            Value::Text("".into()),
            Value::Text("{\"a\":\u{1}}".into()),
            Value::Json("[1, NaN]".into()),
        ] {
            assert_eq!(Value::from_stored(&value.to_stored()), Some(value));
        }
    }
}
