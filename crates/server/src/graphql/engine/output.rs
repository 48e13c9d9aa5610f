//! What resolvers return, and how it becomes values of the declared types.

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::dynamic::FieldValue;
use async_graphql::parser::types::{BaseType, Type, TypeKind};
use async_graphql::{Name, Value};
use serde::Serialize;

use super::sdl::Sdl;
use crate::Error;

/// A Rust type that stands for an object type of the schema. Its fields are registered with
/// [`Resolvers::object`](super::Resolvers::object).
pub trait Node: Send + Sync + 'static {
    /// Name of the GraphQL type.
    const TYPE: &'static str;
}

/// A value on its way into the answer. Cheap to clone.
#[derive(Clone)]
pub enum Resolved {
    /// Null.
    Null,
    /// JSON: a scalar, an enum item, or an object whose fields answer by name.
    Json(Arc<serde_json::Value>),
    /// A list.
    List(Vec<Resolved>),
    /// A [`Node`] and the name of its type.
    Node(&'static str, Arc<dyn Any + Send + Sync>),
    /// An object whose fields answer by name.
    Payload(Arc<Payload>),
}

impl Resolved {
    /// The property `name` of an object without resolvers; none when this is a node.
    pub(super) fn property(&self, name: &str) -> Option<Self> {
        match self {
            Self::Payload(payload) => Some(payload.fields.get(name).cloned().unwrap_or(Self::Null)),
            Self::Json(json) => match json.as_object()?.get(name) {
                None | Some(serde_json::Value::Null) => Some(Self::Null),
                Some(value) => Some(value.clone().into_resolved()),
            },
            _ => None,
        }
    }

    /// The node behind this value.
    pub(super) fn node<N: Node>(&self) -> Option<Arc<N>> {
        match self {
            Self::Node(_, any) => Arc::clone(any).downcast().ok(),
            _ => None,
        }
    }

    /// The same as [`Resolved::node`], borrowed.
    pub(super) fn node_ref<N: Node>(&self) -> Option<&N> {
        match self {
            Self::Node(_, any) => any.downcast_ref(),
            _ => None,
        }
    }

    /// The object type of this value, for fields whose type is an interface or a union.
    fn type_name(&self) -> Option<String> {
        match self {
            Self::Node(name, _) => Some((*name).to_owned()),
            Self::Payload(payload) => Some(payload.of.to_owned()),
            Self::Json(json) => json.get("__typename").and_then(|name| name.as_str()).map(str::to_owned),
            _ => None,
        }
    }
}

/// What a resolver may return: scalars, JSON, nodes, payloads, and options and lists of these.
pub trait Output {
    /// The value for the answer.
    fn into_resolved(self) -> Resolved;
}

impl Output for Resolved {
    fn into_resolved(self) -> Resolved {
        self
    }
}

impl<N: Node> Output for N {
    fn into_resolved(self) -> Resolved {
        Arc::new(self).into_resolved()
    }
}

impl<N: Node> Output for Arc<N> {
    fn into_resolved(self) -> Resolved {
        Resolved::Node(N::TYPE, self)
    }
}

impl<T: Output> Output for Option<T> {
    fn into_resolved(self) -> Resolved {
        self.map_or(Resolved::Null, Output::into_resolved)
    }
}

impl<T: Output> Output for Vec<T> {
    fn into_resolved(self) -> Resolved {
        Resolved::List(self.into_iter().map(Output::into_resolved).collect())
    }
}

impl Output for serde_json::Value {
    fn into_resolved(self) -> Resolved {
        match self {
            Self::Null => Resolved::Null,
            value => Resolved::Json(Arc::new(value)),
        }
    }
}

/// Anything that serializes: a scalar of type `JSON`, or an object whose fields answer by name.
pub struct Json<T>(pub T);

impl<T: Serialize> Output for Json<T> {
    fn into_resolved(self) -> Resolved {
        serde_json::to_value(self.0).unwrap_or_default().into_resolved()
    }
}

macro_rules! scalars {
    ($($ty:ty)*) => { $(impl Output for $ty {
        fn into_resolved(self) -> Resolved {
            serde_json::Value::from(self).into_resolved()
        }
    })* };
}
scalars!(String &str bool i32 i64 u32 u64 usize f64);

/// An object of the type `of` whose fields answer by name, such as the result of a mutation.
pub struct Payload {
    of: &'static str,
    fields: BTreeMap<&'static str, Resolved>,
}

impl Payload {
    /// An object without fields; those not added are null.
    pub fn new(of: &'static str) -> Self {
        Self { of, fields: BTreeMap::new() }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Output) -> Self {
        self.fields.insert(name, value.into_resolved());
        self
    }
}

impl Output for Payload {
    fn into_resolved(self) -> Resolved {
        Resolved::Payload(Arc::new(self))
    }
}

/// A page of a list in the Relay form: any type of the schema named `…Connection`.
pub struct Connection<T> {
    /// Each item with the cursor from which the next page would continue.
    pub items: Vec<(String, T)>,
    /// Whether there are more after the last.
    pub has_next_page: bool,
    /// How many there are on all pages, where the type has `totalCount`.
    pub total: Option<u64>,
}

impl<T> Connection<T> {
    /// A list that always fits on one page.
    pub fn whole(items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<_> = items.into_iter().enumerate().map(|(i, item)| (i.to_string(), item)).collect();
        let total = Some(items.len() as u64);
        Self { items, has_next_page: false, total }
    }
}

impl<T: Output> Connection<T> {
    /// The page as an object, to which a type that has more fields than others can add them.
    pub fn payload(self) -> Payload {
        let end = self.items.last().map(|(cursor, _)| cursor.clone());
        let edges =
            self.items.into_iter().map(|(cursor, item)| Payload::new("Edge").with("cursor", cursor).with("node", item));
        let page = Payload::new("PageInfo").with("endCursor", end).with("hasNextPage", self.has_next_page);
        Payload::new("Connection")
            .with("edges", edges.collect::<Vec<_>>())
            .with("pageInfo", page)
            .with("totalCount", self.total)
    }
}

impl<T: Output> Output for Connection<T> {
    fn into_resolved(self) -> Resolved {
        self.payload().into_resolved()
    }
}

/// The declared type of a field, as far as it decides how a value is passed on.
pub(super) enum Shape {
    /// Scalar or enum.
    Leaf,
    /// An object type.
    Object(String),
    /// An interface or a union.
    Abstract(String),
    /// A list.
    List(Box<Shape>),
}

impl Shape {
    /// The shape of a declared type.
    pub fn of(ty: &Type, sdl: &Sdl) -> Self {
        match &ty.base {
            BaseType::List(of) => Self::List(Box::new(Self::of(of, sdl))),
            BaseType::Named(name) => match sdl.kind(name) {
                Some(TypeKind::Object(_)) => Self::Object(name.to_string()),
                Some(TypeKind::Interface(_) | TypeKind::Union(_)) => Self::Abstract(name.to_string()),
                _ => Self::Leaf,
            },
        }
    }

    /// `value` for a field of this shape; `at` names the field in the message when it does not fit.
    pub fn field_value(&self, value: Resolved, at: &str) -> Result<Option<FieldValue<'static>>, Error> {
        let wrong = |got: &str| Err(Error::fault(format!("the resolver of {at} returned {got}")));
        Ok(Some(match (self, value) {
            (_, Resolved::Null) => return Ok(None),
            (Self::List(of), Resolved::List(items)) => {
                let items =
                    items.into_iter().map(|item| Ok::<_, Error>(of.field_value(item, at)?.unwrap_or(FieldValue::NULL)));
                FieldValue::list(items.collect::<Result<Vec<_>, _>>()?)
            }
            (Self::List(of), Resolved::Json(json)) => {
                let serde_json::Value::Array(items) = Arc::unwrap_or_clone(json) else { return wrong("no list") };
                return Self::List(Box::new(Self::clone(of))).field_value(items.into_resolved(), at);
            }
            (Self::Leaf, Resolved::Json(json)) => FieldValue::value(scalar(Arc::unwrap_or_clone(json))),
            (Self::Object(ty), Resolved::Node(of, _)) if of != ty => return wrong(of),
            (Self::Object(_), value @ (Resolved::Node(..) | Resolved::Payload(_) | Resolved::Json(_))) => {
                FieldValue::owned_any(value)
            }
            (Self::Abstract(ty), value) => match value.type_name() {
                Some(of) => FieldValue::owned_any(value).with_type(of),
                None => return wrong(&format!("a {ty} without the name of its type")),
            },
            (Self::Leaf, _) => return wrong("an object or a list"),
            (Self::Object(_), Resolved::List(_)) => return wrong("a list"),
            (Self::List(_), _) => return wrong("no list"),
        }))
    }
}

impl Clone for Shape {
    fn clone(&self) -> Self {
        match self {
            Self::Leaf => Self::Leaf,
            Self::Object(name) => Self::Object(name.clone()),
            Self::Abstract(name) => Self::Abstract(name.clone()),
            Self::List(of) => Self::List(of.clone()),
        }
    }
}

/// JSON as a GraphQL value.
fn scalar(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(value),
        serde_json::Value::Number(value) => Value::Number(value),
        serde_json::Value::String(value) => Value::String(value),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(scalar).collect()),
        serde_json::Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (Name::new(name), scalar(value))).collect())
        }
    }
}
