//! The values of a column: one typed vector.

use crate::value::Value;

/// Values of one kind, or of several.
#[derive(Debug, Clone)]
pub enum ColumnValues {
    /// Integers.
    Int(Vec<i64>),
    /// Floats, also integers when floats came too and each integer is exactly a float.
    Float(Vec<f64>),
    /// Booleans.
    Bool(Vec<bool>),
    /// Strings.
    Text(Vec<String>),
    /// Extended JSON texts of arrays and objects.
    Json(Vec<String>),
    /// Any mixture of the others.
    Mixed(Vec<Value<'static>>),
}

/// Runs the same expression on the vector, whatever its type.
macro_rules! each_kind {
    ($values:expr, $vector:ident => $body:expr) => {
        match $values {
            ColumnValues::Int($vector) => $body,
            ColumnValues::Float($vector) => $body,
            ColumnValues::Bool($vector) => $body,
            ColumnValues::Text($vector) => $body,
            ColumnValues::Json($vector) => $body,
            ColumnValues::Mixed($vector) => $body,
        }
    };
}

impl ColumnValues {
    pub(crate) fn for_kind_of(value: &Value<'_>) -> Self {
        match value {
            Value::Int(_) => Self::Int(Vec::new()),
            Value::Float(_) => Self::Float(Vec::new()),
            Value::Bool(_) => Self::Bool(Vec::new()),
            Value::Text(_) => Self::Text(Vec::new()),
            Value::Json(_) => Self::Json(Vec::new()),
        }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        each_kind!(self, values => values.len())
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn pop(&mut self) {
        each_kind!(self, values => _ = values.pop());
    }

    /// The value at a position below [`Self::len`].
    pub(super) fn get(&self, at: usize) -> Value<'_> {
        match self {
            Self::Int(values) => Value::Int(values[at]),
            Self::Float(values) => Value::Float(values[at]),
            Self::Bool(values) => Value::Bool(values[at]),
            Self::Text(values) => Value::Text(values[at].as_str().into()),
            Self::Json(values) => Value::Json(values[at].as_str().into()),
            Self::Mixed(values) => values[at].borrow(),
        }
    }

    /// The values at these positions, in this order.
    pub(super) fn gather(&self, positions: impl Iterator<Item = usize>) -> Self {
        match self {
            Self::Int(values) => Self::Int(positions.map(|at| values[at]).collect()),
            Self::Float(values) => Self::Float(positions.map(|at| values[at]).collect()),
            Self::Bool(values) => Self::Bool(positions.map(|at| values[at]).collect()),
            Self::Text(values) => Self::Text(positions.map(|at| values[at].clone()).collect()),
            Self::Json(values) => Self::Json(positions.map(|at| values[at].clone()).collect()),
            Self::Mixed(values) => Self::Mixed(positions.map(|at| values[at].clone()).collect()),
        }
    }
}

/// Equal means the same kind with the same values; floats compare by their bits, so NaN equals itself.
impl PartialEq for ColumnValues {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.iter().map(|x| x.to_bits()).eq(b.iter().map(|x| x.to_bits())),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) | (Self::Json(a), Self::Json(b)) => a == b,
            (Self::Mixed(a), Self::Mixed(b)) => a == b,
            _ => false,
        }
    }
}
