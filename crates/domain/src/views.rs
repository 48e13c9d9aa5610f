//! Saved views of a project: workspaces and reports. Their text is the vendor's JSON, kept as it came.
//!
//! Everybody who reads a project reads its workspaces and finished reports; a draft is its author's alone. Whoever may
//! submit to the project may save new ones and change the shared workspaces; a report, a draft and somebody's own
//! workspace are changed by their author and by admins.

mod comments;
mod delete;
mod list;
mod save;
mod share;
#[cfg(test)]
mod tests;
mod versions;

pub use comments::{Comment, NewComment};
pub(crate) use delete::remove;
pub use list::{ViewQuery, ViewRow};
pub use save::{SavedView, ViewSave};
pub use share::AccessToken;
pub use versions::ViewVersion;

use crate::model::words;

/// What a view is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewKind {
    /// A workspace.
    Workspace,
    /// A report that others see.
    Report,
    /// A report, or a change to one, that only its author sees.
    Draft,
}
words!(ViewKind, ViewType, { Workspace => "project-view", Report => "runs", Draft => "runs/draft" });

/// Name of somebody's own workspace.
pub fn own_name(user: &str) -> String {
    format!("{OWN}{user}-w")
}

const OWN: &str = "nw-nwuser";

/// Whether a workspace of this name is shared by the project's members.
fn is_shared(kind: ViewKind, name: &str) -> bool {
    kind == ViewKind::Workspace && !name.starts_with(OWN)
}
