//! Projects: made on first use, shown to whom their visibility says.

mod archive;
mod create;
mod delete;
mod edit;
mod members;
mod owner;
mod rename;
mod totals;

pub use create::Made;
pub(crate) use create::{insert, made};
pub(crate) use delete::remove;
pub use edit::ProjectChange;
pub use totals::{Contributor, Totals};
