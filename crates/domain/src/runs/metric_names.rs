//! The names of a project's metrics. What each run has logged is read once, and again when it has logged more: a page
//! asks for the names whenever it opens, and a project has many runs. Which runs are to be looked at again tells
//! `run_change`, as for the run table: whatever writes rows of a run takes the run first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use history::Keys;

use super::keys::{self, MetricKey, Of};
use super::streams::StreamKind;
use crate::db::{Db, placeholders, sql};
use crate::{Domain, Error};

/// Runs that are read at once.
const CHUNK: usize = 1000;

/// Kinds by name, of one run; most runs of a project share theirs.
type Names = BTreeMap<String, String>;

/// The generation of a run, and of its segments and of its tail how many there are and which is the last: while this
/// stays, so do the names.
type Stand = (i64, [(i64, i64); 2]);

/// What is kept of all projects, by project and stream.
#[derive(Debug, Default)]
pub(crate) struct MetricNames(Mutex<HashMap<(i64, &'static str), SharedIndex>>);

type SharedIndex = Arc<tokio::sync::Mutex<Index>>;

#[derive(Debug, Default)]
struct Index {
    runs: BTreeMap<i64, (Stand, Arc<Names>)>,
    sets: HashSet<Arc<Names>>,
    /// All of them counted; none when something changed since.
    counted: Option<Arc<Vec<MetricKey>>>,
    /// All changes of runs below this number are in here; none before the first look.
    horizon: Option<i64>,
    /// The change that is in here of runs which changed at or after it.
    seen: HashMap<i64, i64>,
}

impl MetricNames {
    fn of(&self, project: i64, kind: StreamKind) -> Arc<tokio::sync::Mutex<Index>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry((project, kind.as_str())).or_default())
    }
}

/// The metrics of all runs of a project, by name.
pub(super) async fn of_project(domain: &Domain, project: i64, kind: StreamKind) -> Result<Arc<Vec<MetricKey>>, Error> {
    let index = domain.metric_names().of(project, kind);
    // Who asks meanwhile waits, and need not read the same runs.
    let mut index = index.lock().await;
    index.advance(domain, project, kind).await?;
    Ok(index.counted())
}

/// How far each of these runs with rows is, or each of the project.
async fn stands(db: &Db, project: i64, kind: StreamKind, only: Option<&[i64]>) -> Result<BTreeMap<i64, Stand>, Error> {
    let within = only.map(|ids| format!("AND r.id IN ({})", placeholders(3, ids.len()))).unwrap_or_default();
    let text = format!(
        "SELECT r.id, r.generation, CAST(0 AS BIGINT), COUNT(*), MAX(s.position) FROM run r \
         JOIN segment s ON s.run_id = r.id AND s.generation = r.generation AND s.kind = $1 \
         WHERE r.project_id = $2 AND r.deleted_at IS NULL {within} GROUP BY r.id, r.generation UNION ALL \
         SELECT r.id, r.generation, CAST(1 AS BIGINT), COUNT(*), MAX(t.id) FROM run r \
         JOIN tail t ON t.run_id = r.id AND t.generation = r.generation AND t.kind = $1 \
         WHERE r.project_id = $2 AND r.deleted_at IS NULL {within} GROUP BY r.id, r.generation"
    );
    let ids = only.unwrap_or_default().iter().copied();
    let rows: Vec<(i64, i64, i64, i64, i64)> =
        sql(text).bind(kind.as_str()).bind(project).bind_all(ids).all(db).await?;
    let mut all = BTreeMap::new();
    for (run, generation, tail, count, last) in rows {
        let stand: &mut Stand = all.entry(run).or_default();
        stand.0 = generation;
        stand.1[usize::from(tail == 1)] = (count, last);
    }
    Ok(all)
}

impl Index {
    /// Looks at all runs, then at those that changed.
    async fn advance(&mut self, domain: &Domain, project: i64, kind: StreamKind) -> Result<(), Error> {
        let db = domain.db();
        let horizon = db.change_horizon().await?;
        let mut seen = HashMap::new();
        if let Some(before) = self.horizon {
            let text = "SELECT run_id, change FROM run_change WHERE project_id = $1 AND change >= $2";
            let changes: Vec<(i64, i64)> = sql(text).bind(project).bind(before).all(db).await?;
            seen = changes.into_iter().collect();
            let news: Vec<i64> =
                seen.iter().filter(|(run, change)| self.seen.get(run) != Some(change)).map(|(run, _)| *run).collect();
            for ids in news.chunks(CHUNK) {
                let stands = stands(db, project, kind, Some(ids)).await?;
                for run in ids.iter().filter(|run| !stands.contains_key(run)) {
                    self.counted = self.counted.take().filter(|_| self.runs.remove(run).is_none());
                }
                self.read(domain, kind, stands).await?;
            }
        } else {
            let stands = stands(db, project, kind, None).await?;
            self.runs.retain(|run, _| stands.contains_key(run));
            self.counted = None;
            self.read(domain, kind, stands).await?;
        }
        // Only now: what could not be read is tried again.
        (self.horizon, self.seen) = (Some(horizon), seen);
        self.sets.retain(|set| Arc::strong_count(set) > 1);
        Ok(())
    }

    /// Reads the names of those runs that have logged more.
    async fn read(&mut self, domain: &Domain, kind: StreamKind, stands: BTreeMap<i64, Stand>) -> Result<(), Error> {
        let changed: Vec<i64> = stands
            .iter()
            .filter(|(run, stand)| self.runs.get(run).is_none_or(|(known, _)| known != *stand))
            .map(|(run, _)| *run)
            .collect();
        for ids in changed.chunks(CHUNK) {
            let mut found = keys::load(domain, Of::Runs(ids), kind).await?;
            for run in ids {
                self.put(*run, stands[run], found.remove(run).unwrap_or_default());
            }
        }
        Ok(())
    }

    fn put(&mut self, run: i64, stand: Stand, keys: Keys) {
        let names: Names = keys.0.into_iter().map(|(key, info)| (key, keys::kind(&info))).collect();
        let names = self.sets.get(&names).cloned().unwrap_or_else(|| {
            let new = Arc::new(names);
            self.sets.insert(Arc::clone(&new));
            new
        });
        let before = self.runs.insert(run, (stand, Arc::clone(&names)));
        let same = before.is_some_and(|(_, before)| before == names);
        self.counted = self.counted.take().filter(|_| same);
    }

    fn counted(&mut self) -> Arc<Vec<MetricKey>> {
        if let Some(known) = &self.counted {
            return Arc::clone(known);
        }
        // Runs with the same names are counted together, in the order of the first of them.
        let mut sets: Vec<(&Names, i64)> = Vec::new();
        let mut places: HashMap<*const Names, usize> = HashMap::new();
        for (_, names) in self.runs.values() {
            let place = *places.entry(Arc::as_ptr(names)).or_insert(sets.len());
            match sets.get_mut(place) {
                Some((_, runs)) => *runs += 1,
                None => sets.push((names, 1)),
            }
        }
        let all = sets
            .into_iter()
            .flat_map(|(names, runs)| names.iter().map(move |(key, kind)| (key.as_str(), kind.as_str(), runs)));
        let counted = Arc::new(keys::counted(all));
        self.counted = Some(Arc::clone(&counted));
        counted
    }
}
