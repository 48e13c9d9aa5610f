//! Input coercion that resolvers can rely on: by the specification a single value stands for a list of one, and an
//! id may be written as a number; by the client's habit an `Int64` may be a string.

use std::collections::BTreeMap;

use async_graphql::Value;
use async_graphql::parser::types::{BaseType, Type, TypeKind};

use super::sdl::Sdl;

/// The fields of every input object of a schema, by name.
pub struct Shapes {
    inputs: BTreeMap<String, BTreeMap<String, Type>>,
}

impl Shapes {
    /// Collects them.
    pub fn of(sdl: &Sdl) -> Self {
        let inputs = sdl.types().filter_map(|(name, definition)| match &definition.kind {
            TypeKind::InputObject(input) => {
                let fields = input.fields.iter().map(|f| (f.node.name.node.to_string(), f.node.ty.node.clone()));
                Some((name.to_owned(), fields.collect()))
            }
            _ => None,
        });
        Self { inputs: inputs.collect() }
    }

    /// `value`, which is valid for `ty`, in the one form that resolvers see.
    pub fn coerce(&self, ty: &Type, value: Value) -> Value {
        match (&ty.base, value) {
            (_, Value::Null) => Value::Null,
            (BaseType::List(of), Value::List(items)) => {
                Value::List(items.into_iter().map(|item| self.coerce(of, item)).collect())
            }
            (BaseType::List(of), single) => Value::List(vec![self.coerce(of, single)]),
            (BaseType::Named(name), value) => self.coerce_named(name, value),
        }
    }

    fn coerce_named(&self, name: &str, value: Value) -> Value {
        match (name, value) {
            ("ID", Value::Number(number)) => Value::String(number.to_string()),
            ("Int64", Value::String(text)) => text.parse::<i64>().map_or(Value::String(text), Value::from),
            (_, Value::Enum(item)) => Value::String(item.to_string()),
            (_, Value::Object(mut fields)) => {
                if let Some(types) = self.inputs.get(name) {
                    for (field, value) in &mut fields {
                        if let Some(ty) = types.get(field.as_str()) {
                            *value = self.coerce(ty, std::mem::take(value));
                        }
                    }
                }
                Value::Object(fields)
            }
            (_, value) => value,
        }
    }
}
