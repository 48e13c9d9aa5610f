//! Removing what the trash was emptied of.

use std::time::Duration;

use crate::{Domain, Error, trash};

/// How often the trash is looked through for what has lain there long enough.
pub(super) const INTERVAL: Duration = Duration::from_secs(600);

pub(super) async fn run(domain: &Domain) -> Result<(), Error> {
    trash::remove_emptied(domain).await?;
    trash::garbage(domain).await
}
