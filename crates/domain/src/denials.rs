//! Denials that were told to somebody: kept for a while, so that `/e/REF` can explain them and ask for access.

mod answer;
mod ask;
mod list;
mod read;
mod record;
#[cfg(test)]
mod tests;

pub use answer::Answer;
pub use list::{AccessRequest, RequestState};
pub use read::{Denial, StoredCause, StoredCheck};
pub(crate) use record::{note_grace, record};
