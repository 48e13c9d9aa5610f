//! Sweeps: a space of parameters, a way to search it, and agents that ask for the next run.
//!
//! Everything that is handed out is decided in one transaction that holds the sweep's row ([`heartbeat`](self)), so several
//! agents never get the same point of a grid. A run that was handed to an agent which fell silent before it began is handed
//! to the next one that asks.

mod agents;
mod best;
mod config;
mod create;
mod details;
mod distribution;
mod edit;
mod heartbeat;
mod next;
mod row;
mod search;
mod space;
#[cfg(test)]
mod tests;

pub use agents::{SweepAgent, SweepAgentDetails};
pub use create::{NewSweep, SweepMade};
pub use details::SweepDetails;
pub use edit::SweepEdit;
pub use heartbeat::Command;

use std::time::Duration;

use crate::Domain;
use crate::clock::Micros;

/// An agent that was silent for longer has gone; agents ask every five seconds.
const AGENT_GONE: Duration = Duration::from_secs(60);

/// Agents whose last question is older have gone.
fn gone_before(domain: &Domain) -> Micros {
    domain.clock().now() - i64::try_from(AGENT_GONE.as_micros()).unwrap_or(i64::MAX / 4)
}
