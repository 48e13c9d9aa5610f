//! The GraphQL engine: a schema written in SDL, and resolvers registered beside it by type and field.
//!
//! The schema files are the contract with the client; code cannot add to them. A field without a resolver answers
//! that it is not offered yet, so the whole contract is always there and is filled in field by field.
//!
//! Nothing here knows what a run is. The vocabulary:
//!
//! - [`Resolvers`]: where resolvers are registered (`query`, `mutation`, `object::<Node>()`).
//! - [`Node`]: a Rust type that stands for an object type of the schema.
//! - [`Payload`] and plain JSON objects: values whose fields answer by name, without resolvers.
//! - [`Connection`]: a page of nodes in the Relay form.
//! - [`Engine`]: the finished schema; runs a [`Request`].

mod arguments;
mod build;
mod limits;
mod output;
mod plan;
mod resolvers;
mod sdl;
mod unions;

use async_graphql::dynamic::{DynamicRequestExt, FieldValue, Schema};
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::registry::MetaType;
use async_graphql::{ServerError, Variables};

pub use build::SchemaError;
pub use limits::Limits;
pub use output::{Connection, Json, Node, Output, Payload, Resolved};
pub use resolvers::{Input, NoArgs, Resolvers};

use super::Ctx;
use crate::Error;

/// A GraphQL request as the client sends it.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// The document.
    pub query: String,
    /// Values of its variables; those that it does not declare are ignored.
    #[serde(default)]
    pub variables: Option<serde_json::Value>,
    /// Which operation of the document; the empty string is the same as none.
    #[serde(default)]
    pub operation_name: Option<String>,
}

/// The finished schema. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    schema: Schema,
    limits: Limits,
}

impl Engine {
    /// Joins schema files and resolvers. Fails when a resolver has no place in the schema.
    pub fn new(sdl: &[&str], resolvers: &Resolvers, limits: Limits) -> Result<Self, SchemaError> {
        Ok(Self { schema: build::schema(&sdl::Sdl::parse(sdl)?, resolvers)?, limits })
    }

    /// The root fields of the schema, and for each whether it has a resolver: (type, field, offered).
    pub fn root_fields(sdl: &[&str], resolvers: &Resolvers) -> Result<Vec<(String, String, bool)>, SchemaError> {
        let sdl = sdl::Sdl::parse(sdl)?;
        let fields = ["Query", "Mutation"].into_iter().flat_map(|root| {
            let names = sdl.fields(root).map(|field| field.name.node.to_string());
            names.map(move |name| (root.to_owned(), name)).collect::<Vec<_>>()
        });
        let offered = |(root, name): (String, String)| {
            let offered = resolvers.has(&root, &name);
            (root, name, offered)
        };
        Ok(fields.map(offered).collect())
    }

    /// The schema in SDL, as introspection shows it.
    pub fn sdl(&self) -> String {
        self.schema.sdl()
    }

    /// The document, checked for what it may cost.
    fn document(&self, text: &str) -> Result<ExecutableDocument, Error> {
        let types = &self.schema.registry().types;
        let mut document = self.limits.parse(text)?;
        self.limits.check(&document, |name| types.contains_key(name))?;
        unions::write_out(&mut document, |name| matches!(types.get(name), Some(MetaType::Union { .. })));
        Ok(document)
    }

    /// Runs `request`. The whole answer is either data or one error: partial data would reach nobody, since the
    /// client drops it.
    pub async fn execute(&self, request: Request, ctx: Ctx) -> Result<async_graphql::Value, Error> {
        let document = self.document(&request.query)?;
        let operation_name = request.operation_name.filter(|name| !name.is_empty());
        let mut variables = request.variables.map(Variables::from_json).unwrap_or_default();
        add_defaults(&mut variables, &document, operation_name.as_deref());
        let mut inner = async_graphql::Request::new(String::new()).variables(variables).data(ctx);
        inner.operation_name = operation_name;
        inner.set_parsed_query(document);
        let response = self.schema.execute(inner.root_value(FieldValue::NULL)).await;
        match response.errors.into_iter().next() {
            None => Ok(response.data),
            Some(error) => Err(error_of(error)),
        }
    }
}

#[cfg(test)]
impl Engine {
    /// Checks a document without asking any resolver.
    pub async fn validate(&self, text: &str) -> Result<(), Error> {
        let document = self.document(text)?;
        let mut request = async_graphql::Request::new(String::new()).only_introspection();
        request.set_parsed_query(document);
        let response = self.schema.execute(request.root_value(FieldValue::NULL)).await;
        response.errors.into_iter().next().map_or(Ok(()), |error| Err(error_of(error)))
    }
}

/// Gives a variable without a value its default: the library does so for arguments, not for `@include` and `@skip`.
fn add_defaults(variables: &mut Variables, document: &ExecutableDocument, wanted: Option<&str>) {
    let asked = document.operations.iter().filter(|(name, _)| {
        let name = name.map(|name| name.as_str());
        wanted.is_none() || name == wanted
    });
    for variable in asked.flat_map(|(_, operation)| &operation.node.variable_definitions) {
        if let Some(default) = &variable.node.default_value {
            variables.entry(variable.node.name.node.clone()).or_insert_with(|| default.node.clone());
        }
    }
}

/// Our own errors travel inside the engine's; what is left are mistakes in the document, or faults of the engine's use.
fn error_of(error: ServerError) -> Error {
    let own = error.source.and_then(|source| source.downcast::<Error>().ok());
    match own.map(std::sync::Arc::try_unwrap) {
        Some(Ok(error)) => error,
        Some(Err(_)) => Error::fault("an error of a resolver is shared"),
        None if error.message.starts_with("internal:") => Error::fault(error.message),
        // The reference implementation's wording, which clients match.
        None => Error::Query(match error.message.strip_prefix("Unknown field ") {
            Some(rest) => format!("Cannot query field {rest}"),
            None => error.message,
        }),
    }
}

#[cfg(test)]
mod tests;
