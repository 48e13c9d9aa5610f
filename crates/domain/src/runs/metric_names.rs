//! The names of a project's metrics. What each run has logged is read once, and again when it has logged more: a page
//! asks for the names whenever it opens, and a project has many runs.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use history::Keys;

use super::keys::{self, MetricKey, Of};
use super::streams::StreamKind;
use crate::db::{Db, sql};
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
}

impl MetricNames {
    fn of(&self, project: i64, kind: StreamKind) -> Arc<tokio::sync::Mutex<Index>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry((project, kind.as_str())).or_default())
    }
}

/// The metrics of all runs of a project, by name.
pub(super) async fn of_project(domain: &Domain, project: i64, kind: StreamKind) -> Result<Vec<MetricKey>, Error> {
    let index = domain.metric_names().of(project, kind);
    // Who asks meanwhile waits, and need not read the same runs.
    let mut index = index.lock().await;
    let stands = stands(domain.db(), project, kind).await?;
    index.runs.retain(|run, _| stands.contains_key(run));
    let changed: Vec<i64> = stands
        .iter()
        .filter(|(run, stand)| index.runs.get(run).is_none_or(|(known, _)| known != *stand))
        .map(|(run, _)| *run)
        .collect();
    for ids in changed.chunks(CHUNK) {
        let mut found = keys::load(domain, Of::Runs(ids), kind).await?;
        for run in ids {
            index.put(*run, stands[run], found.remove(run).unwrap_or_default());
        }
    }
    index.sets.retain(|set| Arc::strong_count(set) > 1);
    Ok(index.counted())
}

/// How far each run with rows is.
async fn stands(db: &Db, project: i64, kind: StreamKind) -> Result<BTreeMap<i64, Stand>, Error> {
    let text = "SELECT r.id, r.generation, CAST(0 AS BIGINT), COUNT(*), MAX(s.position) FROM run r \
         JOIN segment s ON s.run_id = r.id AND s.generation = r.generation AND s.kind = $1 \
         WHERE r.project_id = $2 AND r.deleted_at IS NULL GROUP BY r.id, r.generation UNION ALL \
         SELECT r.id, r.generation, CAST(1 AS BIGINT), COUNT(*), MAX(t.id) FROM run r \
         JOIN tail t ON t.run_id = r.id AND t.generation = r.generation AND t.kind = $1 \
         WHERE r.project_id = $2 AND r.deleted_at IS NULL GROUP BY r.id, r.generation";
    let rows: Vec<(i64, i64, i64, i64, i64)> = sql(text).bind(kind.as_str()).bind(project).all(db).await?;
    let mut all = BTreeMap::new();
    for (run, generation, tail, count, last) in rows {
        let stand: &mut Stand = all.entry(run).or_default();
        stand.0 = generation;
        stand.1[usize::from(tail == 1)] = (count, last);
    }
    Ok(all)
}

impl Index {
    fn put(&mut self, run: i64, stand: Stand, keys: Keys) {
        let names: Names = keys.0.into_iter().map(|(key, info)| (key, keys::kind(&info))).collect();
        let names = self.sets.get(&names).cloned().unwrap_or_else(|| {
            let new = Arc::new(names);
            self.sets.insert(Arc::clone(&new));
            new
        });
        self.runs.insert(run, (stand, names));
    }

    fn counted(&self) -> Vec<MetricKey> {
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
        keys::counted(
            sets.into_iter()
                .flat_map(|(names, runs)| names.iter().map(move |(key, kind)| (key.as_str(), kind.as_str(), runs))),
        )
    }
}
