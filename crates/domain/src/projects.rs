//! Projects: made on first use, shown to whom their visibility says.

mod create;
mod delete;
mod edit;
mod members;

pub use create::Made;
pub(crate) use create::insert;
pub use edit::ProjectChange;
