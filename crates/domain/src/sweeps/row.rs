//! A sweep's row, taken for writing.

use sqlx::FromRow;

use super::config::SweepConfig;
use crate::clock::Micros;
use crate::db::{Tx, sql};
use crate::model::SweepState;
use crate::{Error, Thing};

/// The row while the transaction holds it.
#[derive(Debug, FromRow)]
pub(super) struct SweepRow {
    pub id: i64,
    state: String,
    config: String,
    pub seed: Vec<u8>,
    pub draws: i64,
}

/// Takes the sweep for the length of the transaction: everything that hands out work or changes a state begins here, so
/// PostgreSQL serialises those of one sweep (SQLite has one writer anyway).
pub(super) async fn lock(tx: &mut Tx, id: i64, now: Micros) -> Result<SweepRow, Error> {
    let text = "UPDATE sweep SET updated_at = $1 WHERE id = $2 RETURNING id, state, config, seed, draws";
    sql(text).bind(now).bind(id).optional(tx).await?.ok_or_else(|| Error::not_found(Thing::Sweep, id.to_string()))
}

impl SweepRow {
    pub fn state(&self) -> Result<SweepState, Error> {
        self.state.parse()
    }

    /// It was checked when it came.
    pub fn config(&self) -> Result<SweepConfig, Error> {
        SweepConfig::parse(&self.config)
    }
}
