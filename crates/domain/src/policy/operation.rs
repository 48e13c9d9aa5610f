//! Actions: as words (`object:operation`) for decisions, and as types for proofs.

use super::resource::{Account, Artifact, Collection, Entity, Org, Place, Project, Run, Sweep, View};
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
    /// Change a project's settings, visibility or members; archive it.
    ProjectUpdate,
    /// Delete a project.
    ProjectDelete,
    /// See an artifact.
    ArtifactRead,
    /// Take an artifact's files: download it, use it in a run.
    ArtifactDownload,
    /// Log an artifact.
    ArtifactCreate,
    /// Edit an artifact's metadata and aliases.
    ArtifactUpdate,
    /// Delete an artifact.
    ArtifactDelete,
    /// Move a registry's protected aliases.
    ArtifactProtect,
    /// Make a sweep.
    SweepCreate,
    /// Take work from a sweep.
    SweepRunAgent,
    /// Change, pause or stop a sweep.
    SweepUpdate,
    /// Delete a sweep.
    SweepDelete,
    /// Read a report.
    ReportRead,
    /// Write a report.
    ReportCreate,
    /// Edit a report.
    ReportUpdate,
    /// Delete a report.
    ReportDelete,
    /// See a user or team and its members.
    TeamRead,
    /// Change a team: roles, settings, name.
    TeamUpdate,
    /// Invite somebody to a team.
    TeamInvite,
    /// Remove somebody from a team.
    TeamRemoveMember,
    /// Delete a team.
    TeamDelete,
    /// Make, change and delete chart presets of a user or team.
    CustomChartSave,
    /// Make a service account of a team.
    ServiceAccountCreate,
    /// Delete a service account of a team.
    ServiceAccountDelete,
    /// See an account's e-mail address and keys.
    UserRead,
    /// Change an account: password, language, two-factor.
    UserUpdate,
    /// Make an account.
    UserCreate,
    /// Disable or enable an account.
    UserDisable,
    /// Make a key for an account.
    KeyCreate,
    /// Revoke a key of an account.
    KeyRevoke,
    /// Administer the organization: teams, roles, redirects, settings.
    OrgUpdate,
    /// Read the audit log.
    AuditRead,
}
words!(Operation, Action, {
    RunRead => "run:read", RunCreate => "run:create", RunUpdate => "run:update", RunStop => "run:stop", RunDelete => "run:delete",
    ProjectRead => "project:read", ProjectCreate => "project:create", ProjectUpdate => "project:update",
    ProjectDelete => "project:delete",
    ArtifactRead => "artifact:read", ArtifactDownload => "artifact:download", ArtifactCreate => "artifact:create", ArtifactUpdate => "artifact:update",
    ArtifactDelete => "artifact:delete", ArtifactProtect => "artifact:protect",
    SweepCreate => "sweep:create", SweepRunAgent => "sweep:run_agent", SweepUpdate => "sweep:update", SweepDelete => "sweep:delete",
    ReportRead => "report:read", ReportCreate => "report:create", ReportUpdate => "report:update", ReportDelete => "report:delete",
    TeamRead => "team:read", TeamUpdate => "team:update", TeamInvite => "team:invite", TeamRemoveMember => "team:remove_member",
    TeamDelete => "team:delete",
    CustomChartSave => "custom_chart:save",
    ServiceAccountCreate => "service_account:create", ServiceAccountDelete => "service_account:delete",
    UserRead => "user:read", UserUpdate => "user:update", UserCreate => "user:create", UserDisable => "user:disable",
    KeyCreate => "key:create", KeyRevoke => "key:revoke",
    OrgUpdate => "org:update", AuditRead => "audit:read",
});

/// What an action is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concern {
    /// A project and what is in it.
    Project,
    /// A team.
    Team,
    /// One's own account, or any as an organization admin.
    Account,
    /// The organization.
    Org,
}

/// What a project has in it that a path can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// A run.
    Run,
    /// A sweep.
    Sweep,
    /// A workspace or report.
    View,
    /// A version of a collection, or the collection itself.
    Artifact,
}

impl Operation {
    /// Whether a read-only key, and a read-only server, suffice.
    pub fn only_reads(self) -> bool {
        use Operation as O;
        matches!(
            self,
            O::RunRead
                | O::ProjectRead
                | O::ArtifactRead
                | O::ArtifactDownload
                | O::ReportRead
                | O::TeamRead
                | O::UserRead
                | O::AuditRead
        )
    }

    /// What it is decided on.
    pub fn concern(self) -> Concern {
        use Operation as O;
        match self {
            O::OrgUpdate | O::AuditRead | O::UserCreate | O::UserDisable => Concern::Org,
            O::UserRead | O::UserUpdate | O::KeyCreate | O::KeyRevoke => Concern::Account,
            O::TeamRead | O::TeamUpdate | O::TeamInvite | O::TeamRemoveMember | O::TeamDelete => Concern::Team,
            O::CustomChartSave | O::ServiceAccountCreate | O::ServiceAccountDelete => Concern::Team,
            _ => Concern::Project,
        }
    }

    /// The role that always suffices in the project or team concerned.
    pub fn role(self) -> Role {
        use Operation as O;
        match self {
            O::RunRead | O::ProjectRead | O::ArtifactRead | O::ReportRead | O::TeamRead => Role::Viewer,
            O::ArtifactDownload => Role::Viewer,
            O::RunCreate | O::RunUpdate | O::ProjectCreate | O::ReportCreate | O::CustomChartSave => Role::Member,
            O::ArtifactCreate | O::ArtifactUpdate | O::SweepCreate | O::SweepRunAgent => Role::Member,
            _ => Role::Admin,
        }
    }

    /// Whether a member may do it to what is their own.
    pub fn own_suffices(self) -> bool {
        use Operation as O;
        matches!(
            self,
            O::RunStop
                | O::RunDelete
                | O::ArtifactDelete
                | O::SweepUpdate
                | O::SweepDelete
                | O::ReportUpdate
                | O::ReportDelete
                | O::ProjectUpdate
                | O::ProjectDelete
        )
    }

    /// Whether it puts something new into a project, which an archive and a quota refuse.
    pub fn adds(self) -> bool {
        use Operation as O;
        matches!(self, O::RunCreate | O::ProjectCreate | O::ArtifactCreate | O::SweepCreate | O::ReportCreate)
    }

    /// What the third part of a path names for it.
    pub fn object(self) -> Object {
        use Operation as O;
        match self {
            O::ReportCreate | O::ReportRead | O::ReportUpdate | O::ReportDelete => Object::View,
            O::ArtifactUpdate | O::ArtifactDelete => Object::Artifact,
            O::SweepRunAgent | O::SweepUpdate | O::SweepDelete => Object::Sweep,
            _ => Object::Run,
        }
    }

    /// Whether a custom role may add it.
    pub fn can_be_added(self) -> bool {
        matches!(self.concern(), Concern::Project | Concern::Team) && !self.only_reads()
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
    Read { Run => RunRead, Project => ProjectRead, View => ReportRead, Entity => TeamRead, Account => UserRead }
    /// Send runs to a project that exists or may be made.
    Submit { Place => RunCreate }
    /// Take files of artifacts.
    Download { Project => ArtifactDownload }
    /// Move protected aliases.
    Protect { Project => ArtifactProtect }
    /// Make a project.
    Create { Place => ProjectCreate }
    /// Log artifacts to a project that exists or may be made.
    LogArtifact { Place => ArtifactCreate }
    /// Save workspaces and reports.
    Compose { Project => ReportCreate }
    /// Say something about a report.
    Comment { View => ReportCreate }
    /// Make sweeps in a project that exists or may be made.
    StartSweep { Place => SweepCreate }
    /// Take work from a sweep.
    RunAgent { Sweep => SweepRunAgent }
    /// Change.
    Update {
        Run => RunUpdate, Project => ProjectUpdate, View => ReportUpdate, Sweep => SweepUpdate, Account => UserUpdate,
        Artifact => ArtifactUpdate, Collection => ArtifactUpdate,
    }
    /// Ask to end.
    Stop { Run => RunStop }
    /// Remove.
    Delete {
        Run => RunDelete, Project => ProjectDelete, View => ReportDelete, Entity => TeamDelete, Artifact => ArtifactDelete,
        Collection => ArtifactDelete,
    }
    /// Manage people and settings.
    Administer { Entity => TeamUpdate, Org => OrgUpdate }
    /// Ask somebody into a team.
    Invite { Entity => TeamInvite }
    /// Put somebody out of a team.
    RemoveMember { Entity => TeamRemoveMember }
    /// Make, change and delete chart presets.
    SaveChart { Entity => CustomChartSave }
    /// Make service accounts.
    AddService { Entity => ServiceAccountCreate }
    /// Remove service accounts.
    RemoveService { Entity => ServiceAccountDelete }
    /// Make accounts.
    CreateUser { Org => UserCreate }
    /// Disable and enable accounts.
    DisableUser { Org => UserDisable }
    /// Make keys.
    CreateKey { Account => KeyCreate }
    /// Revoke keys.
    RevokeKey { Account => KeyRevoke }
    /// Read the audit log.
    ReadAudit { Org => AuditRead }
}
