//! How one field of the schema is resolved.

use std::sync::Arc;

use async_graphql::dynamic::{FieldFuture, FieldValue, ResolverContext};
use async_graphql::parser::types::{FieldDefinition, Type};
use async_graphql::{Name, Value};

use super::arguments::Shapes;
use super::output::{Resolved, Shape};
use super::resolvers::Resolver;
use super::sdl::Sdl;
use crate::Error;
use crate::graphql::Ctx;

/// Everything that is known of a field before it is asked.
pub struct Plan {
    /// The field's name.
    name: String,
    /// `Type.field`, for messages.
    at: String,
    /// Whether it is a field of `Query` or `Mutation`.
    root: bool,
    resolver: Option<Resolver>,
    shape: Shape,
    arguments: Vec<(Name, Type)>,
    shapes: Arc<Shapes>,
}

/// A field's value for the engine; none is null.
type Answer = Option<FieldValue<'static>>;

impl Plan {
    /// The plan of one field.
    pub fn new(
        object: &str,
        definition: &FieldDefinition,
        resolver: Option<Resolver>,
        sdl: &Sdl,
        shapes: Arc<Shapes>,
    ) -> Self {
        let name = definition.name.node.to_string();
        let arguments = definition.arguments.iter().map(|a| (a.node.name.node.clone(), a.node.ty.node.clone()));
        Self {
            at: format!("{object}.{name}"),
            name,
            root: matches!(object, "Query" | "Mutation"),
            resolver,
            shape: Shape::of(&definition.ty.node, sdl),
            arguments: arguments.collect(),
            shapes,
        }
    }

    /// Resolves the field: as the property of a payload, whatever its type; else by the resolver of the type.
    pub fn resolve<'a>(self: Arc<Self>, call: &ResolverContext<'a>) -> FieldFuture<'a> {
        let parent = if self.root { None } else { call.parent_value.downcast_ref::<Resolved>() };
        if let Some(value) = parent.and_then(|parent| parent.property(&self.name)) {
            return ready(self.shape.field_value(value, &self.at));
        }
        let resolved = match (&self.resolver, parent) {
            (Some(Resolver::Run(run)), parent) => {
                let run = Arc::clone(run);
                let Some(ctx) = call.ctx.data_opt::<Ctx>().cloned() else {
                    return ready(Err(Error::fault(format!("{} was asked without a context", self.at))));
                };
                let (parent, arguments) = (parent.cloned(), self.arguments(call));
                return FieldFuture::new(async move {
                    let value = run(parent, arguments, ctx).await.map_err(async_graphql::Error::new_with_source)?;
                    self.shape.field_value(value, &self.at).map_err(async_graphql::Error::new_with_source)
                });
            }
            (Some(Resolver::Get(get)), Some(parent)) => get(parent),
            (Some(Resolver::Get(_)), None) => Err(Error::fault(format!("{} was asked of nothing", self.at))),
            (None, _) => Err(self.not_offered()),
        };
        ready(resolved.and_then(|value| self.shape.field_value(value, &self.at)))
    }

    /// All arguments by name, null where not given.
    fn arguments(&self, call: &ResolverContext<'_>) -> Value {
        let given = call.args.as_index_map();
        let arguments = self.arguments.iter().map(|(name, ty)| {
            let value = given.get(name).cloned().unwrap_or_default();
            (name.clone(), self.shapes.coerce(ty, value))
        });
        Value::Object(arguments.collect())
    }

    fn not_offered(&self) -> Error {
        Error::NotOffered(if self.root { self.name.clone() } else { self.at.clone() })
    }
}

/// A field whose value needed no waiting.
fn ready<'a>(value: Result<Answer, Error>) -> FieldFuture<'a> {
    match value {
        Ok(value) => FieldFuture::Value(value),
        Err(error) => FieldFuture::new(async move { Err::<Answer, _>(async_graphql::Error::new_with_source(error)) }),
    }
}
