//! Denials that were told to somebody: kept for a while, so that `/e/REF` can explain them and ask for access.

mod answer;
mod ask;
mod list;
mod read;
mod record;
use crate::policy::Asked;

#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use list::{AccessRequest, RequestState};
pub use read::{Denial, StoredCause, StoredCheck};
pub(crate) use record::{note_grace, record};

/// What access is asked for: `entity/project`, or the entity.
fn place((entity, project, _): &Asked) -> String {
    if project.is_empty() { entity.clone() } else { format!("{entity}/{project}") }
}
