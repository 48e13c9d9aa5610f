//! What somebody may be in a team or project, what a project shows, what a key may do.

use super::words;

/// A role in a team or project, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Reads. Shown as "View-only".
    Viewer,
    /// Reads and submits.
    Member,
    /// Also manages people and settings.
    Admin,
}
words!(Role, Role, { Viewer => "viewer", Member => "member", Admin => "admin" });

/// A role in a registry, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RegistryRole {
    /// Sees collections and versions, but takes no files.
    RestrictedViewer,
    /// Reads.
    Viewer,
    /// Also links versions, edits collections and aliases.
    Member,
    /// Also manages people and settings, and moves protected aliases.
    Admin,
}
words!(RegistryRole, Role, {
    RestrictedViewer => "restricted_viewer", Viewer => "viewer", Member => "member", Admin => "admin",
});

/// Who sees a project and who submits to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Any signed-in user sees and submits runs.
    Open,
    /// Anyone sees, the team submits.
    Public,
    /// The team sees and submits.
    Team,
    /// Only added members; team admins may add themselves.
    Restricted,
}
words!(Visibility, Visibility, { Open => "open", Public => "public", Team => "team", Restricted => "restricted" });

/// What an API key may do at most. Keys narrow what their owner may do, never widen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyScope {
    /// Reads only.
    Read,
    /// Everything its owner may do.
    Write,
}
words!(KeyScope, KeyScope, { Read => "read", Write => "write" });
