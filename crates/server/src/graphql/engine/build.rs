//! Schema files and resolvers become an `async_graphql` schema.

use std::sync::Arc;

use async_graphql::dynamic::{
    Enum, Field, InputObject, InputValue, Interface, InterfaceField, Object, Scalar, Schema, TypeRef, Union,
};
use async_graphql::parser::types::{BaseType, FieldDefinition, InputValueDefinition, Type, TypeKind};
use async_graphql::{Positioned, Value};

use super::arguments::Shapes;
use super::plan::Plan;
use super::resolvers::{Resolver, Resolvers};
use super::sdl::Sdl;

/// What is wrong with the schema files or the registration.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(pub(super) String);

/// Builds the schema. A resolver for a field that the schema files do not have is a mistake.
pub fn schema(sdl: &Sdl, resolvers: &Resolvers) -> Result<Schema, SchemaError> {
    if let Some((object, field)) =
        resolvers.names().find(|(object, field)| !sdl.fields(object).any(|f| f.name.node == *field))
    {
        return Err(SchemaError(format!("a resolver is registered for {object}.{field}, which no schema file has")));
    }
    let shapes = Arc::new(Shapes::of(sdl));
    let mut builder = Schema::build("Query", sdl.kind("Mutation").map(|_| "Mutation"), None);
    for (name, definition) in sdl.types() {
        let description = definition.description.as_ref().map(|text| text.node.clone()).unwrap_or_default();
        builder = match &definition.kind {
            TypeKind::Scalar => {
                let check = scalar_check(name);
                builder.register(Scalar::new(name).description(description).validator(check))
            }
            TypeKind::Enum(kind) => {
                let items = kind.values.iter().map(|value| value.node.value.node.to_string());
                builder.register(Enum::new(name).description(description).items(items))
            }
            TypeKind::Union(kind) => {
                let members = kind.members.iter().map(|member| member.node.to_string());
                builder.register(members.fold(Union::new(name).description(description), Union::possible_type))
            }
            TypeKind::Interface(kind) => {
                let fields = kind.fields.iter().map(|field| interface_field(&field.node));
                builder.register(fields.fold(Interface::new(name).description(description), Interface::field))
            }
            TypeKind::InputObject(kind) => {
                let fields = kind.fields.iter().map(|field| input_value(&field.node));
                builder.register(fields.fold(InputObject::new(name).description(description), InputObject::field))
            }
            TypeKind::Object(kind) => {
                let object =
                    kind.implements.iter().fold(Object::new(name).description(description), |object, interface| {
                        object.implement(interface.node.to_string())
                    });
                let fields = kind.fields.iter().map(|field| {
                    object_field(name, &field.node, resolvers.get(name, &field.node.name.node), sdl, &shapes)
                });
                builder.register(fields.fold(object, Object::field))
            }
        };
    }
    builder.finish().map_err(|e| SchemaError(e.to_string()))
}

/// One field of an object type, with its resolver or the default one.
fn object_field(
    object: &str,
    definition: &FieldDefinition,
    resolver: Option<Resolver>,
    sdl: &Sdl,
    shapes: &Arc<Shapes>,
) -> Field {
    let plan = Arc::new(Plan::new(object, definition, resolver, sdl, Arc::clone(shapes)));
    let field = Field::new(definition.name.node.to_string(), type_ref(&definition.ty.node), move |call| {
        Arc::clone(&plan).resolve(&call)
    });
    let field = field.description(description(definition.description.as_ref()));
    definition.arguments.iter().fold(field, |field, argument| field.argument(input_value(&argument.node)))
}

fn interface_field(definition: &FieldDefinition) -> InterfaceField {
    let field = InterfaceField::new(definition.name.node.to_string(), type_ref(&definition.ty.node))
        .description(description(definition.description.as_ref()));
    definition.arguments.iter().fold(field, |field, argument| field.argument(input_value(&argument.node)))
}

fn input_value(definition: &InputValueDefinition) -> InputValue {
    let value = InputValue::new(definition.name.node.to_string(), type_ref(&definition.ty.node))
        .description(description(definition.description.as_ref()));
    match &definition.default_value {
        Some(default) => value.default_value(default.node.clone()),
        None => value,
    }
}

fn description(text: Option<&Positioned<String>>) -> String {
    text.map(|text| text.node.clone()).unwrap_or_default()
}

fn type_ref(ty: &Type) -> TypeRef {
    let base = match &ty.base {
        BaseType::Named(name) => TypeRef::named(name.as_str()),
        BaseType::List(of) => TypeRef::List(Box::new(type_ref(of))),
    };
    if ty.nullable { base } else { TypeRef::NonNull(Box::new(base)) }
}

/// Which JSON values a scalar takes, in both directions.
fn scalar_check(name: &str) -> fn(&Value) -> bool {
    match name {
        "JSONString" | "DateTime" => |value| matches!(value, Value::String(_)),
        "Duration" => |value| matches!(value, Value::Number(_)),
        "Int64" => |value| match value {
            Value::Number(number) => number.is_i64() || number.is_u64(),
            Value::String(text) => text.parse::<i64>().is_ok(),
            _ => false,
        },
        _ => |_| true,
    }
}
