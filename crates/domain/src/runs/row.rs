//! A run's row, taken for writing.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value};
use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Arg, MOST_ROWS, Rows, Tx, in_steps, placeholders, sql};
use crate::model::RunState;
use crate::{Domain, Error, Thing};

/// The row as it is while the transaction holds it, without its documents: they may be long, and a sign of life needs none.
#[derive(Debug, FromRow)]
pub(super) struct RunRow {
    pub id: i64,
    pub project_id: i64,
    pub user_id: Option<i64>,
    pub state: String,
    pub generation: i64,
    pub sweep: Option<String>,
    pub exit_code: Option<i64>,
    pub stop_requested: bool,
    pub preempting: bool,
    /// Started again without resume, see `streams::restart`.
    pub restart: Option<String>,
    pub heartbeat_at: Micros,
}

const COLUMNS: &str =
    "id, project_id, user_id, state, generation, sweep, exit_code, stop_requested, preempting, restart, heartbeat_at";

/// Takes the run for the length of the transaction: everything that writes to a run begins here or with [`hold`], so
/// PostgreSQL serialises the writers of one run (SQLite has one writer anyway). Always before any other row of the run.
pub(super) async fn lock(tx: &mut Tx, id: i64, now: Micros) -> Result<RunRow, Error> {
    let text = format!("UPDATE run SET updated_at = $1 WHERE id = $2 AND deleted_at IS NULL RETURNING {COLUMNS}");
    sql(text).bind(now).bind(id).optional(tx).await?.ok_or_else(|| Error::not_found(Thing::Run, id.to_string()))
}

/// [`lock`] of several runs, in the order of their ids, so that no two transactions wait for each other; without those that
/// are not there. Nothing is written yet.
pub(super) async fn hold(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, RunRow>, Error> {
    let mut rows = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(MOST_ROWS) {
        let text = format!(
            "SELECT {COLUMNS} FROM run WHERE id IN ({}) AND deleted_at IS NULL ORDER BY id {}",
            placeholders(1, in_steps(ids.len())),
            tx.for_update()
        );
        let found: Vec<RunRow> = sql(text).bind_all(filled(ids)).all(&mut *tx).await?;
        rows.extend(found.into_iter().map(|row| (row.id, row)));
    }
    Ok(rows)
}

/// The ids, the last of them repeated up to the next size of statements.
fn filled(ids: &[i64]) -> impl Iterator<Item = i64> {
    let last = ids.last().copied().unwrap_or_default();
    ids.iter().copied().chain(std::iter::repeat(last)).take(in_steps(ids.len()))
}

/// A JSON object of a run that is held: `config`, `summary` or `system_metrics`.
pub(super) async fn document(tx: &mut Tx, id: i64, column: &'static str) -> Result<Map<String, Value>, Error> {
    let text = format!("SELECT {column} FROM run WHERE id = $1");
    let (text,): (String,) = sql(text).bind(id).one(tx).await?;
    serde_json::from_str(&text).map_err(|e| Error::internal("reading a stored JSON object", e))
}

/// [`document`] of `summary` and of `system_metrics`, as texts, of several runs.
pub(super) async fn documents(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, (String, String)>, Error> {
    let mut documents = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(MOST_ROWS) {
        let places = placeholders(1, in_steps(ids.len()));
        let text = format!("SELECT id, summary, system_metrics FROM run WHERE id IN ({places})");
        let found: Vec<(i64, String, String)> = sql(text).bind_all(filled(ids)).all(&mut *tx).await?;
        documents.extend(found.into_iter().map(|(id, summary, system)| (id, (summary, system))));
    }
    Ok(documents)
}

/// What is written to columns (names are ours) of a run.
pub(super) type Columns = Vec<(&'static str, Arg)>;

/// Writes columns of a run that is held.
pub(super) async fn set(tx: &mut Tx, id: i64, columns: Columns) -> Result<(), Error> {
    if columns.is_empty() {
        return Ok(());
    }
    let set: Vec<_> = columns.iter().zip(2..).map(|((column, _), n)| format!("{column} = ${n}")).collect();
    let text = format!("UPDATE run SET {} WHERE id = $1", set.join(", "));
    sql(text).bind(id).bind_all(columns.into_iter().map(|(_, value)| value)).run(tx).await.map(drop)
}

/// Signs of life of runs that are held, and what else is written to each: a statement for those with the same columns.
pub(super) async fn touch(tx: &mut Tx, now: Micros, runs: Vec<(i64, Columns)>) -> Result<(), Error> {
    let mut alike: BTreeMap<Vec<&'static str>, Vec<(i64, Columns)>> = BTreeMap::new();
    for (id, columns) in runs {
        alike.entry(columns.iter().map(|(column, _)| *column).collect()).or_default().push((id, columns));
    }
    for (names, mut runs) in alike {
        while !runs.is_empty() {
            let part: Vec<_> = runs.drain(..runs.len().min(MOST_ROWS)).collect();
            touch_alike(tx, now, &names, part).await?;
        }
    }
    Ok(())
}

async fn touch_alike(tx: &mut Tx, now: Micros, names: &[&str], runs: Vec<(i64, Columns)>) -> Result<(), Error> {
    // Where nothing else is written SQLite need not keep it aside first.
    let from = match names {
        [] => "WHERE id IN (SELECT v.column1 FROM {rows})",
        _ => "FROM {rows} WHERE run.id = v.column1",
    };
    let set = names.iter().zip(2..).map(|(name, n)| format!(", {name} = v.column{n}")).collect::<String>();
    let text = format!("UPDATE run SET heartbeat_at = $1, updated_at = $2{set} {from}");
    let row =
        |(id, columns): (i64, Columns)| [id.into()].into_iter().chain(columns.into_iter().map(|(_, value)| value));
    sql(text).bind(now).bind(now).rows(Rows::new(runs.into_iter().map(row))).run(tx).await.map(drop)
}

impl RunRow {
    /// The state to show now.
    pub fn effective_state(&self, domain: &Domain) -> Result<RunState, Error> {
        let timeout = domain.config().heartbeat_timeout;
        let now = domain.clock().now();
        Ok(super::effective_state(self.state.parse()?, self.preempting, self.heartbeat_at, now, timeout))
    }
}
