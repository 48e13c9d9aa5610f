//! The only place that says yes.
//!
//! A [`Session`] is who asks. [`Session::allow`] loads a thing and decides about it in one act, and answers with an
//! [`Allowed`]: a proof that storage verbs demand and that nothing outside this module can build. The decision itself
//! ([`decide`]) is pure: facts in, every failing [`Cause`] out. Sentences are made elsewhere, from that data.

mod cause;
mod credential;
mod decide;
mod elsewhere;
mod facts;
mod load;
mod many;
#[cfg(test)]
mod matrix;
mod operation;
#[cfg(test)]
mod oracle;
mod proof;
mod redirect;
mod remembered;
mod resource;
mod session;
mod share;
mod table;
mod ticket;

pub use cause::{Args, Cause, Denied};
pub use decide::{Check, Decision, decide, is_placeholder};
pub use facts::{
    CallerFacts, EntityFacts, EntityKind, Evidence, Facts, KeyFacts, ObjectFacts, ProjectFacts, ServerFacts,
    ServiceFacts, Standing, SweepElsewhere,
};
pub(crate) use many::Each;
pub use operation::{
    AddService, Administer, Comment, Compose, Concern, Create, CreateKey, CreateUser, Delete, DisableUser, Download,
    Invite, LogArtifact, On, Operation, Protect, Read, ReadAudit, RemoveMember, RemoveService, RevokeKey, RunAgent,
    SaveChart, StartSweep, Stop, Submit, Update,
};
pub use proof::Allowed;
pub(crate) use redirect::is_match;
pub(crate) use remembered::Remembered;
pub use resource::{Account, Artifact, Collection, Entity, Org, Place, Project, Resource, Run, Sweep, View};
pub use session::{Asked, Caller, CallerUser, ClientInfo, ClientVersion, Credential, Session};
pub use share::ShareFacts;
pub use table::{IN_REGISTRY, WHO, allowed, allowed_in_registry, registry_actions};
pub use ticket::{Ticket, TicketUse};
