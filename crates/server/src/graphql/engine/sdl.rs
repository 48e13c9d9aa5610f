//! The schema files, parsed and with their `extend type` blocks joined.

use std::collections::BTreeMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, TypeDefinition, TypeKind, TypeSystemDefinition};

use super::SchemaError;

/// Every type of the schema by name.
pub struct Sdl {
    types: BTreeMap<String, TypeDefinition>,
}

impl Sdl {
    /// Parses `files` and joins extensions, which may stand before what they extend.
    pub fn parse(files: &[&str]) -> Result<Self, SchemaError> {
        let mut types = BTreeMap::new();
        let mut extensions = Vec::new();
        for file in files {
            let document = parse_schema(file).map_err(|e| SchemaError(format!("schema file: {e}")))?;
            for definition in document.definitions {
                let TypeSystemDefinition::Type(definition) = definition else {
                    return Err(SchemaError("schema files hold types only".to_owned()));
                };
                let definition = definition.node;
                let name = definition.name.node.to_string();
                if definition.extend {
                    extensions.push(definition);
                } else if types.insert(name.clone(), definition).is_some() {
                    return Err(SchemaError(format!("the type {name} is defined twice")));
                }
            }
        }
        for extension in extensions {
            extend(&mut types, extension)?;
        }
        Ok(Self { types })
    }

    /// All types.
    pub fn types(&self) -> impl Iterator<Item = (&str, &TypeDefinition)> {
        self.types.iter().map(|(name, definition)| (name.as_str(), definition))
    }

    /// What kind of type `name` is; none for the scalars that every schema has.
    pub fn kind(&self, name: &str) -> Option<&TypeKind> {
        self.types.get(name).map(|definition| &definition.kind)
    }

    /// The fields of an object type; empty for anything else.
    pub fn fields(&self, name: &str) -> impl Iterator<Item = &FieldDefinition> {
        let fields = match self.kind(name) {
            Some(TypeKind::Object(object)) => object.fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|field| &field.node)
    }
}

/// Adds the fields of an `extend` block to what it extends.
fn extend(types: &mut BTreeMap<String, TypeDefinition>, extension: TypeDefinition) -> Result<(), SchemaError> {
    let name = extension.name.node.to_string();
    let base = types.get_mut(&name).ok_or_else(|| SchemaError(format!("`extend` of the unknown type {name}")))?;
    match (&mut base.kind, extension.kind) {
        (TypeKind::Object(base), TypeKind::Object(more)) => base.fields.extend(more.fields),
        (TypeKind::Interface(base), TypeKind::Interface(more)) => base.fields.extend(more.fields),
        (TypeKind::InputObject(base), TypeKind::InputObject(more)) => base.fields.extend(more.fields),
        _ => return Err(SchemaError(format!("`extend` of {name} does not fit its definition"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_joined() {
        let sdl = Sdl::parse(&["extend type Query { b: Int }", "type Query { a: Int }"]).unwrap();
        assert_eq!(sdl.fields("Query").map(|f| f.name.node.to_string()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn mistakes_in_schema_files_are_named() {
        let error = |file| Sdl::parse(&[file]).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(error("type Query {").contains("schema file"));
        assert_eq!(error("extend type Q { a: Int }"), "`extend` of the unknown type Q");
        assert_eq!(error("type Q { a: Int } type Q { a: Int }"), "the type Q is defined twice");
    }
}
