//! Background work in a table: leased by one process at a time, safe to be killed at any moment, safe to be done twice.

mod compact;
mod discard;
mod expire;
mod purge;
mod queue;
mod reap;
mod worker;

pub(crate) use discard::{NAMES as BLOB_NAMES, discard_later, is_named, keep};
pub(crate) use queue::{Job, enqueue};
