//! How the kind of a column follows its values: integers and floats make floats while no integer loses a digit,
//! every other mixture is mixed.

use super::ColumnValues;
use crate::value::Value;

impl ColumnValues {
    /// Adds a value, widening the column when it must.
    pub(crate) fn push(&mut self, value: Value<'_>) {
        match (&mut *self, value) {
            (Self::Int(values), Value::Int(int)) => values.push(int),
            (Self::Float(values), Value::Float(float)) => values.push(float),
            (Self::Float(values), Value::Int(int)) if is_exact(int) => values.push(int as f64),
            (Self::Bool(values), Value::Bool(flag)) => values.push(flag),
            (Self::Text(values), Value::Text(text)) | (Self::Json(values), Value::Json(text)) => {
                values.push(text.into_owned())
            }
            (Self::Mixed(values), value) => values.push(value.into_owned()),
            (Self::Int(values), Value::Float(float)) if values.iter().all(|int| is_exact(*int)) => {
                let mut floats: Vec<f64> = values.iter().map(|int| *int as f64).collect();
                floats.push(float);
                *self = Self::Float(floats);
            }
            (_, value) => {
                let mut mixed = std::mem::replace(self, Self::Mixed(Vec::new())).into_mixed();
                mixed.push(value.into_owned());
                *self = Self::Mixed(mixed);
            }
        }
    }

    /// Adds all values of `later`; cheap when the kinds are the same.
    pub(crate) fn append(&mut self, later: Self) {
        match (&mut *self, later) {
            (Self::Int(values), Self::Int(mut later)) => values.append(&mut later),
            (Self::Float(values), Self::Float(mut later)) => values.append(&mut later),
            (Self::Bool(values), Self::Bool(mut later)) => values.append(&mut later),
            (Self::Text(values), Self::Text(mut later)) | (Self::Json(values), Self::Json(mut later)) => {
                values.append(&mut later)
            }
            (Self::Mixed(values), later) => values.append(&mut later.into_mixed()),
            (_, later) => later.into_mixed().into_iter().for_each(|value| self.push(value)),
        }
    }

    fn into_mixed(self) -> Vec<Value<'static>> {
        match self {
            Self::Int(values) => values.into_iter().map(Value::Int).collect(),
            Self::Float(values) => values.into_iter().map(Value::Float).collect(),
            Self::Bool(values) => values.into_iter().map(Value::Bool).collect(),
            Self::Text(values) => values.into_iter().map(|text| Value::Text(text.into())).collect(),
            Self::Json(values) => values.into_iter().map(|text| Value::Json(text.into())).collect(),
            Self::Mixed(values) => values,
        }
    }
}

/// Whether the integer survives the way to `f64` and back.
fn is_exact(int: i64) -> bool {
    // As i128, because the float of i64::MAX is one more than i64::MAX and saturates on the way back.
    (int as f64) as i128 == i128::from(int)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[Value<'static>]) -> ColumnValues {
        let mut column = ColumnValues::for_kind_of(&values[0]);
        values.iter().for_each(|value| column.push(value.borrow()));
        column
    }

    #[test]
    fn exact_integers_join_floats() {
        let expected = ColumnValues::Float(vec![1.0, 0.5, 1e18]);
        assert_eq!(column(&[Value::Int(1), Value::Float(0.5), Value::Int(1_000_000_000_000_000_000)]), expected);
    }

    #[test]
    fn integers_that_would_lose_digits_make_the_column_mixed() {
        for big in [(1 << 53) + 1, i64::MAX, i64::MIN + 1] {
            let mixed = vec![Value::Int(big), Value::Float(0.5)];
            assert_eq!(column(&mixed), ColumnValues::Mixed(mixed));
            let mixed = vec![Value::Float(0.5), Value::Int(big)];
            assert_eq!(column(&mixed), ColumnValues::Mixed(mixed));
        }
        assert_eq!(column(&[Value::Float(0.5), Value::Int(i64::MIN)]), ColumnValues::Float(vec![0.5, i64::MIN as f64]));
    }

    #[test]
    fn other_mixtures_are_mixed() {
        let mixed = vec![Value::Bool(true), Value::Text("a".into()), Value::Json("[]".into()), Value::Int(1)];
        assert_eq!(column(&mixed), ColumnValues::Mixed(mixed));
    }
}
