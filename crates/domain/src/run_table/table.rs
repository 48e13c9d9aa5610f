//! The runs of one project, by column.

use std::collections::HashMap;
use std::thread;

use serde_json::Value;

use super::bitmap::Bitmap;
use super::coded::Coded;
use super::column::Column;
use super::fill::{self, StoredRun};
use super::tree::Tree;
use crate::Error;
use crate::model::RunState;
use crate::runs::document::Own;

/// Runs as columns. Every run has a row as long as it is there; rows are used again.
#[derive(Debug, Default)]
pub(super) struct RunTable {
    /// Run id by row.
    pub ids: Vec<i64>,
    rows: HashMap<i64, u32>,
    free: Vec<u32>,
    /// The rows with a run.
    pub live: Bitmap,
    /// What the run told, and whether it said that it may be preempted.
    pub states: Vec<(RunState, bool)>,
    own: Vec<Column>,
    /// Whole lists of tags.
    pub tags: Coded<Vec<String>>,
    pub config: Tree,
    pub summary: Tree,
}

/// All columns of a table.
pub(super) struct Columns {
    pub own: Vec<Column>,
    pub tags: Coded<Vec<String>>,
    pub config: Tree,
    pub summary: Tree,
}

/// So many runs are worth a thread of their own.
const MANY: usize = 100;

impl RunTable {
    pub fn new() -> Self {
        let dates = [Own::CreatedAt, Own::UpdatedAt, Own::HeartbeatAt, Own::FinishedAt].map(|own| own as usize);
        let column = |at| if dates.contains(&at) { Column::of_dates() } else { Column::default() };
        Self { own: (0..=Own::Artifacts as usize).map(column).collect(), ..Self::default() }
    }

    /// A table of what was kept of one: the run in each row and which rows have one, then the columns. Values in other rows
    /// are forgotten.
    pub fn of(ids: Vec<i64>, live: Bitmap, states: Vec<(RunState, bool)>, columns: Columns) -> Self {
        let held = |row: &u32| live.has(*row);
        let rows = (0..ids.len() as u32).filter(held).map(|row| (ids[row as usize], row)).collect();
        let free = (0..ids.len() as u32).filter(|row| !held(row)).collect();
        let Columns { mut own, mut tags, mut config, mut summary } = columns;
        for column in own.iter_mut().chain(config.columns_mut()).chain(summary.columns_mut()) {
            let mut others = column.present();
            others.and_not(&live);
            others.each(|row| column.clear(row));
        }
        let mut others = Bitmap::default();
        tags.codes.present(&mut others);
        others.and_not(&live);
        others.each(|row| tags.clear(row));
        Self { ids, rows, free, live, states, own, tags, config, summary }
    }

    /// The columns of fields that are stored as one.
    pub fn own_columns(&self) -> &[Column] {
        &self.own
    }

    /// The column of a field that is stored as one.
    pub fn own(&self, field: Own) -> &Column {
        &self.own[field as usize]
    }

    /// The row of a run.
    pub fn row(&self, id: i64) -> Option<u32> {
        self.rows.get(&id).copied()
    }

    /// Makes the rows of runs anew.
    pub fn put(&mut self, runs: &[StoredRun]) -> Result<(), Error> {
        let rows = runs.iter().map(|run| self.put_own(run)).collect::<Result<Vec<u32>, Error>>()?;
        let (config, summary) = (&mut self.config, &mut self.summary);
        let mut configs = || rows.iter().zip(runs).try_for_each(|(row, run)| fill::config(config, *row, &run.config));
        let mut summaries =
            || rows.iter().zip(runs).try_for_each(|(row, run)| fill::summary(summary, *row, &run.summary));
        if runs.len() < MANY {
            configs()?;
            return summaries();
        }
        // They share nothing, and are nearly all of the work.
        thread::scope(|scope| {
            let configs = scope.spawn(configs);
            summaries()?;
            configs.join().unwrap_or_else(|_| Err(Error::internal("reading runs", "a config")))
        })
    }

    /// Makes the row of a run anew but for config and summary; its number.
    fn put_own(&mut self, run: &StoredRun) -> Result<u32, Error> {
        self.remove(run.id);
        let row = self.free.pop().unwrap_or(self.ids.len() as u32);
        if row as usize == self.ids.len() {
            self.ids.push(run.id);
            self.states.push((RunState::Pending, false));
        }
        self.ids[row as usize] = run.id;
        self.rows.insert(run.id, row);
        self.live.insert(row);
        self.states[row as usize] = (run.state.parse()?, run.preempting);
        let tags = || serde_json::from_str(&run.tags).map_err(fill::stored);
        // A list that is new to the table is parsed; all others are known by their text.
        let parsed = if self.tags.code(&run.tags).is_none() { tags()? } else { Vec::new() };
        self.tags.set(row, &run.tags, || parsed);
        let texts = [
            (Own::Name, Some(&run.name)),
            (Own::DisplayName, Some(&run.display_name)),
            (Own::Username, run.username.as_ref()),
            (Own::Group, run.group_name.as_ref()),
            (Own::JobType, run.job_type.as_ref()),
            (Own::Host, run.host.as_ref()),
            (Own::Program, run.program.as_ref()),
            (Own::Repo, run.repo.as_ref()),
            (Own::Commit, run.git_commit.as_ref()),
            (Own::Sweep, run.sweep.as_ref()),
            (Own::Description, run.description.as_ref()),
            (Own::Notes, run.notes.as_ref()),
        ];
        for (own, text) in texts {
            if let Some(text) = text {
                self.own[own as usize].texts.set(row, text, || ());
            }
        }
        // Microseconds are exact as floats until the year 2255.
        let numbers = [
            (Own::CreatedAt, Some(run.created_at)),
            (Own::UpdatedAt, Some(run.updated_at)),
            (Own::HeartbeatAt, Some(run.heartbeat_at)),
            (Own::FinishedAt, run.finished_at),
        ];
        for (own, at) in numbers {
            if let Some(at) = at {
                self.own[own as usize].numbers.set(row, at as f64);
            }
        }
        if let Some(code) = run.exit_code {
            self.own[Own::ExitCode as usize].set(row, &Value::from(code));
        }
        Ok(row)
    }

    /// Forgets a run.
    pub fn remove(&mut self, id: i64) {
        let Some(row) = self.rows.remove(&id) else { return };
        self.own.iter_mut().for_each(|column| column.clear(row));
        self.tags.clear(row);
        self.config.clear(row);
        self.summary.clear(row);
        self.live.remove(row);
        self.free.push(row);
    }

    /// Bytes of memory, roughly.
    pub fn bytes(&self) -> usize {
        let own: usize = self.own.iter().map(Column::bytes).sum();
        self.ids.len() * 48 + self.live.bytes() + own + self.tags.bytes() + self.config.bytes() + self.summary.bytes()
    }
}
