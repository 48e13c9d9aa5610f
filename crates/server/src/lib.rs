//! The server of Runstead: HTTP, GraphQL, the embedded web app, the command line and the configuration.
//!
//! Nothing here touches data without a proof that the `domain` crate issued. Start reading at [`router`], the table of
//! contents; GraphQL fields are registered in [`graphql`], commands are in [`cli`].

mod app;
pub mod cli;
pub mod config;
pub mod error;
mod explain;
pub mod graphql;
pub mod http;
pub mod messages;
pub mod notices;
pub mod oidc;
pub mod permissions;
mod problem;
pub mod router;
pub mod scope;
mod session;
mod web;

pub use app::App;
pub use error::Error;
pub use problem::Problem;
