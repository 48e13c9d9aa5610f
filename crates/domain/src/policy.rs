//! The only place that says yes.
//!
//! A [`Session`] is who asks. [`Session::allow`] loads a thing and decides about it in one act, and answers with an
//! [`Allowed`]: a proof that storage verbs demand and that nothing outside this module can build. The decision itself
//! ([`decide`]) is pure: facts in, every failing [`Cause`] out. Sentences are made elsewhere, from that data.

mod cause;
mod credential;
mod decide;
mod facts;
mod load;
#[cfg(test)]
mod matrix;
mod operation;
mod proof;
mod resource;
mod session;
mod ticket;

pub use cause::{Cause, Denied};
pub use decide::{Check, Decision, decide};
pub use facts::{CallerFacts, EntityFacts, EntityKind, Evidence, Facts, KeyFacts, ProjectFacts, RunFacts};
pub use operation::{Administer, Create, Delete, On, Operation, Read, Stop, Submit, Update};
pub use proof::Allowed;
pub use resource::{Account, Entity, Org, Place, Project, Resource, Run};
pub use session::{Caller, CallerUser, ClientInfo, ClientVersion, Credential, Session};
pub use ticket::{Ticket, TicketUse};
