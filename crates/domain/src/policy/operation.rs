//! Actions: as words (`object:operation`) for decisions, and as types for proofs.

use super::resource::{Account, Entity, Org, Place, Project, Run};
use crate::model::{Role, words};

/// Everything that can be asked of the policy, named `object:operation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// See a run, its history, files and logs.
    RunRead,
    /// Submit a run, making its project when it is not there.
    RunCreate,
    /// Send data to a run, edit its name, notes, tags, config or summary.
    RunUpdate,
    /// Ask a running run to stop.
    RunStop,
    /// Delete a run.
    RunDelete,
    /// See a project and list its runs.
    ProjectRead,
    /// Make a project.
    ProjectCreate,
    /// Change a project's settings, visibility or members.
    ProjectUpdate,
    /// Delete a project.
    ProjectDelete,
    /// See a user or team and its members.
    TeamRead,
    /// Change a team: members, roles, settings.
    TeamUpdate,
    /// See an account's e-mail address and keys.
    UserRead,
    /// Change an account: keys, password, language.
    UserUpdate,
    /// Administer the organization: users, teams.
    OrgUpdate,
}
words!(Operation, Action, {
    RunRead => "run:read", RunCreate => "run:create", RunUpdate => "run:update", RunStop => "run:stop", RunDelete => "run:delete",
    ProjectRead => "project:read", ProjectCreate => "project:create", ProjectUpdate => "project:update",
    ProjectDelete => "project:delete", TeamRead => "team:read", TeamUpdate => "team:update",
    UserRead => "user:read", UserUpdate => "user:update", OrgUpdate => "org:update",
});

impl Operation {
    /// Whether a read-only key suffices.
    pub fn only_reads(self) -> bool {
        matches!(self, Self::RunRead | Self::ProjectRead | Self::TeamRead | Self::UserRead)
    }

    /// The role that always suffices in the project or team concerned.
    pub fn role(self) -> Role {
        match self {
            Self::RunRead | Self::ProjectRead | Self::TeamRead => Role::Viewer,
            Self::RunCreate | Self::RunUpdate | Self::ProjectCreate => Role::Member,
            _ => Role::Admin,
        }
    }
}

/// `A: On<R>`: the action exists for the resource. What is not listed here does not compile.
pub trait On<R> {
    /// The action's word.
    const OPERATION: Operation;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident { $($resource:ty => $operation:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $action {}
        $(impl On<$resource> for $action { const OPERATION: Operation = Operation::$operation; })+
    )+};
}
actions! {
    /// Look.
    Read { Run => RunRead, Project => ProjectRead, Entity => TeamRead, Account => UserRead }
    /// Send runs to a project that exists or may be made.
    Submit { Place => RunCreate }
    /// Make a project.
    Create { Place => ProjectCreate }
    /// Change.
    Update { Run => RunUpdate, Project => ProjectUpdate, Account => UserUpdate }
    /// Ask to end.
    Stop { Run => RunStop }
    /// Remove.
    Delete { Run => RunDelete, Project => ProjectDelete }
    /// Manage people.
    Administer { Entity => TeamUpdate, Org => OrgUpdate }
}
