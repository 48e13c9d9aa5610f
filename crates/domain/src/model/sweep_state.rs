//! The states of a sweep.

use super::words;

/// What a sweep is doing, in the client's words (`public-api` §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SweepState {
    /// No agent has come yet.
    Pending,
    /// Hands out runs.
    Running,
    /// Hands out nothing until it is resumed; what runs goes on.
    Paused,
    /// Has nothing more to hand out, or was stopped: what runs goes on.
    Finished,
    /// Was cancelled: what ran was stopped.
    Canceled,
}
words!(SweepState, SweepState, {
    Pending => "PENDING", Running => "RUNNING", Paused => "PAUSED", Finished => "FINISHED", Canceled => "CANCELED",
});

impl SweepState {
    /// Whether it will hand out nothing any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Canceled)
    }
}
