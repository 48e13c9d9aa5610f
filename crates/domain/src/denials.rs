//! Denials that were told to somebody: kept for a while, so that `/e/REF` can explain them and ask for access.

mod record;

pub(crate) use record::{note_grace, record};
