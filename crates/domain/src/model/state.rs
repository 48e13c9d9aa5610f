//! The states of a run.

use super::words;

/// What a run is doing, in the client's words (`public-api` §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunState {
    /// Made, not started.
    Pending,
    /// Sending, or expected to.
    Running,
    /// Ended with exit code 0.
    Finished,
    /// Ended with another exit code.
    Failed,
    /// Fell silent while running.
    Crashed,
    /// Stopped by a person.
    Killed,
    /// Said that it may be preempted.
    Preempting,
    /// Said so and fell silent.
    Preempted,
}
words!(RunState, RunState, {
    Pending => "pending", Running => "running", Finished => "finished", Failed => "failed",
    Crashed => "crashed", Killed => "killed", Preempting => "preempting", Preempted => "preempted",
});

impl RunState {
    /// Whether the run still expects data.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Preempting)
    }
}
