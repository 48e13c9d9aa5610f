//! GraphQL: the client's words, and nothing else's.
//!
//! How to offer a field: write a function in the file named after it (`query/project.rs`, `mutation/upsert_bucket.rs`,
//! `run/history.rs`), and name it in the `register` function of its folder. The function gets its arguments as a struct
//! and the [`Ctx`] of the request; it returns scalars, JSON, [`Node`]s, a [`Payload`] or a [`Connection`].

mod access_key;
mod administration;
mod answer;
mod artifact;
mod compatibility;
mod context;
mod custom_chart;
mod denials;
mod engine;
mod entity;
mod identity_rule;
mod ids;
mod invitation;
mod legacy;
mod mutation;
mod organization;
mod page;
mod permission;
mod project;
mod query;
mod registry;
mod run;
mod service_account;
mod sweep;
mod user;
mod view;

pub use answer::answer;
pub use context::Ctx;
pub use denials::RequestNode;
pub use engine::{
    Connection, Engine, Input, Json, Limits, NoArgs, Node, Output, Payload, Request, Resolved, Resolvers, SchemaError,
};

pub use compatibility::page as compatibility;
pub use page::Page;

/// The schema files: what the client's documents need, what older clients need, what the web app needs.
pub(crate) const SDL: [&str; 11] = [
    include_str!("graphql/schema/client.graphql"),
    include_str!("graphql/schema/legacy.graphql"),
    include_str!("graphql/schema/app.graphql"),
    include_str!("graphql/schema/access.graphql"),
    include_str!("graphql/schema/pages.graphql"),
    include_str!("graphql/schema/custom_charts.graphql"),
    include_str!("graphql/schema/views.graphql"),
    include_str!("graphql/schema/workspace.graphql"),
    include_str!("graphql/schema/artifacts.graphql"),
    include_str!("graphql/schema/lifecycle.graphql"),
    include_str!("graphql/schema/registry.graphql"),
];

/// Every resolver there is.
pub fn resolvers() -> Resolvers {
    let mut resolvers = Resolvers::default();
    for register in [
        query::register,
        mutation::register,
        administration::register,
        artifact::register,
        denials::register,
        user::register,
        entity::register,
        organization::register,
        project::register,
        registry::register,
        run::register,
        service_account::register,
        sweep::register,
        custom_chart::register,
        view::register,
        legacy::register,
    ] {
        register(&mut resolvers);
    }
    resolvers
}

#[cfg(test)]
mod tests;
