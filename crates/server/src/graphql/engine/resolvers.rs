//! Where resolvers are registered.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::sync::Arc;

use async_graphql::Value;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::output::{Node, Output, Resolved};
use crate::Error;
use crate::graphql::Ctx;

/// Reads a field off a node.
type Get = dyn Fn(&Resolved) -> Result<Resolved, Error> + Send + Sync;

/// Parent (none for root fields), arguments and context to a value.
type Run = dyn Fn(Option<Resolved>, Value, Ctx) -> BoxFuture<'static, Result<Resolved, Error>> + Send + Sync;

/// A registered function, free of its types.
#[derive(Clone)]
pub(super) enum Resolver {
    /// A field that is read off a node.
    Get(Arc<Get>),
    /// Anything that waits, may fail or takes arguments.
    Run(Arc<Run>),
}

/// All resolvers, by type and field.
#[derive(Default)]
pub struct Resolvers {
    fields: BTreeMap<(String, String), Resolver>,
}

/// The arguments of a field that has none, or needs none of them.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct NoArgs {}

/// The arguments of a mutation: the client always passes one, `input`.
#[derive(Clone, Debug, Deserialize)]
pub struct Input<T> {
    /// It.
    pub input: T,
}

impl Resolvers {
    /// Registers a root field of `Query`.
    ///
    /// `A` holds the arguments by their names in the schema; an argument that was not given is null, so optional ones
    /// are `Option`s. Field names are those of the schema (`#[serde(rename_all = "camelCase")]` where they differ).
    pub fn query<A, R, F, Fut>(&mut self, name: &'static str, resolve: F)
    where
        A: DeserializeOwned + Send + 'static,
        R: Output + 'static,
        F: Fn(A, Ctx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        self.root("Query", name, resolve);
    }

    /// Registers a root field of `Mutation`; the function gets the value of its argument `input`.
    pub fn mutation<A, R, F, Fut>(&mut self, name: &'static str, resolve: F)
    where
        A: DeserializeOwned + Send + 'static,
        R: Output + 'static,
        F: Fn(A, Ctx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        self.root("Mutation", name, move |Input { input }: Input<A>, ctx| resolve(input, ctx));
    }

    /// Registers the fields of the object type that `N` stands for.
    pub fn object<N: Node>(&mut self) -> Object<'_, N> {
        Object { resolvers: self, node: PhantomData }
    }

    /// Whether the field has a resolver.
    pub fn has(&self, object: &str, field: &str) -> bool {
        self.get(object, field).is_some()
    }

    pub(super) fn get(&self, object: &str, field: &str) -> Option<Resolver> {
        self.fields.get(&(object.to_owned(), field.to_owned())).cloned()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.keys().map(|(object, field)| (object.as_str(), field.as_str()))
    }

    fn root<A, R, F, Fut>(&mut self, object: &'static str, name: &'static str, resolve: F)
    where
        A: DeserializeOwned + Send + 'static,
        R: Output + 'static,
        F: Fn(A, Ctx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let resolve = Arc::new(resolve);
        self.insert(
            object,
            name,
            Resolver::Run(Arc::new(move |_, args, ctx| {
                let resolve = Arc::clone(&resolve);
                Box::pin(async move { Ok(resolve(arguments(args)?, ctx).await?.into_resolved()) })
            })),
        );
    }

    /// A second registration of a field would silently win over the first: that is a mistake in the program.
    fn insert(&mut self, object: &'static str, name: &'static str, resolver: Resolver) {
        let previous = self.fields.insert((object.to_owned(), name.to_owned()), resolver);
        assert!(previous.is_none(), "{object}.{name} has two resolvers");
    }
}

/// Registers the fields of one object type.
pub struct Object<'a, N> {
    resolvers: &'a mut Resolvers,
    node: PhantomData<N>,
}

impl<N: Node> Object<'_, N> {
    /// A field that is read off the node.
    pub fn get<R: Output>(self, name: &'static str, get: impl Fn(&N) -> R + Send + Sync + 'static) -> Self {
        self.resolvers.insert(
            N::TYPE,
            name,
            Resolver::Get(Arc::new(move |parent| {
                Ok(get(parent.node_ref::<N>().ok_or_else(foreign::<N>)?).into_resolved())
            })),
        );
        self
    }

    /// A field that takes arguments, waits or may fail.
    pub fn field<A, R, F, Fut>(self, name: &'static str, resolve: F) -> Self
    where
        A: DeserializeOwned + Send + 'static,
        R: Output + 'static,
        F: Fn(Arc<N>, A, Ctx) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<R, Error>> + Send + 'static,
    {
        let resolve = Arc::new(resolve);
        self.resolvers.insert(
            N::TYPE,
            name,
            Resolver::Run(Arc::new(move |parent, args, ctx| {
                let resolve = Arc::clone(&resolve);
                Box::pin(async move {
                    let node = parent.and_then(|parent| parent.node::<N>()).ok_or_else(foreign::<N>)?;
                    Ok(resolve(node, arguments(args)?, ctx).await?.into_resolved())
                })
            })),
        );
        self
    }
}

/// The schema has checked the types; what is left to fail is a number out of range, or a struct that does not fit.
fn arguments<A: DeserializeOwned>(args: Value) -> Result<A, Error> {
    async_graphql::from_value(args).map_err(|e| Error::Query(format!("The arguments cannot be used: {e}.")))
}

/// Another Rust type claims the same GraphQL type.
fn foreign<N: Node>() -> Error {
    Error::fault(format!("a value of the type {} is not a {}", N::TYPE, std::any::type_name::<N>()))
}
