//! Changes as they happen, for pages that move without reload. Lossy by design: a slow listener refetches.

use tokio::sync::broadcast;

/// What changed about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// New history rows.
    History,
    /// New system metrics.
    Events,
    /// Console lines added or rewritten.
    Console,
    /// The summary.
    Summary,
    /// Config, names, tags, notes.
    Config,
    /// A file was written or deleted.
    Files,
    /// The state.
    State,
    /// An alert was raised.
    Alerts,
    /// The run was made.
    Created,
    /// The run was deleted.
    Deleted,
}

impl Change {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Events => "events",
            Self::Console => "console",
            Self::Summary => "summary",
            Self::Config => "config",
            Self::Files => "files",
            Self::State => "state",
            Self::Alerts => "alerts",
            Self::Created => "created",
            Self::Deleted => "deleted",
        }
    }
}

/// One event.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// The run's project.
    pub project_id: i64,
    /// The run's name.
    pub run: String,
    /// Its state after the change.
    pub state: &'static str,
    /// What changed.
    pub changes: Vec<Change>,
}

/// The channel. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Live(broadcast::Sender<LiveEvent>);

impl Default for Live {
    fn default() -> Self {
        Self(broadcast::channel(1024).0)
    }
}

impl Live {
    pub(crate) fn listeners(&self) -> usize {
        self.0.receiver_count()
    }

    pub(crate) fn send(&self, event: LiveEvent) {
        // No listener is the usual case, not an error.
        let _ = self.0.send(event);
    }
}

/// Events of one project's runs, from the moment it was made.
#[derive(Debug)]
pub struct ProjectEvents {
    project_id: i64,
    receiver: broadcast::Receiver<LiveEvent>,
}

impl ProjectEvents {
    /// The next event; `Ok(None)` when the server stops, `Err(n)` when `n` events of any project were missed.
    pub async fn next(&mut self) -> Result<Option<LiveEvent>, u64> {
        loop {
            match self.receiver.recv().await {
                Ok(event) if event.project_id == self.project_id => return Ok(Some(event)),
                Ok(_) => {}
                Err(broadcast::error::RecvError::Closed) => return Ok(None),
                Err(broadcast::error::RecvError::Lagged(missed)) => return Err(missed),
            }
        }
    }
}

impl crate::policy::Allowed<crate::policy::Read, crate::policy::Project> {
    /// Events of the project's runs from now on.
    pub fn live(&self) -> ProjectEvents {
        ProjectEvents { project_id: self.resource().id, receiver: self.domain().live().0.subscribe() }
    }
}
