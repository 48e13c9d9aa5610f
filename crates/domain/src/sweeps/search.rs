//! The next point to try.

use serde_json::{Map, Value};

use super::config::{Method, SweepConfig};
use super::row::SweepRow;
use super::space::Space;
use crate::Error;
use crate::db::{Tx, sql};
use crate::policy::Sweep;

/// The config of the next run; none when there is none left.
pub(super) async fn next(
    tx: &mut Tx,
    sweep: &Sweep,
    row: &SweepRow,
    config: &SweepConfig,
) -> Result<Option<Map<String, Value>>, Error> {
    match config.method {
        Method::Grid => {
            let taken = taken(tx, sweep).await?;
            Ok(config.space.first_free(taken.iter()))
        }
        Method::Random => Ok(Some(draw(&config.space, &row.seed, row.draws))),
    }
}

/// The configs of the sweep's runs, as far as it made them: what a script changed afterwards was still tried.
async fn taken(tx: &mut Tx, sweep: &Sweep) -> Result<Vec<Map<String, Value>>, Error> {
    let text = "SELECT COALESCE(x.args, r.config) FROM run r LEFT JOIN sweep_run x ON x.run_id = r.id \
                WHERE r.project_id = $1 AND r.sweep = $2 AND r.deleted_at IS NULL";
    let configs: Vec<(String,)> = sql(text).bind(sweep.project.id).bind(&sweep.name).all(tx).await?;
    let parsed = configs.iter().map(|(config,)| serde_json::from_str(config));
    parsed.collect::<Result<_, _>>().map_err(|e| Error::internal("reading the config of a run", e))
}

/// A point at random: each draw of a seed is always the same.
fn draw(space: &Space, seed: &[u8], number: i64) -> Map<String, Value> {
    let mut shares = Uniform::new(seed, number);
    space.config(space.parameters().iter().map(|parameter| parameter.distribution.value(shares.next())))
}

/// Numbers of [0, 1), derived from a seed.
pub(super) struct Uniform(blake3::OutputReader);

impl Uniform {
    /// The stream of one draw.
    pub fn new(seed: &[u8], draw: i64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed).update(&draw.to_le_bytes());
        Self(hasher.finalize_xof())
    }

    /// The next one, with 53 random bits.
    pub fn next(&mut self) -> f64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        (u64::from_le_bytes(bytes) >> 11) as f64 / (1u64 << 53) as f64
    }
}
