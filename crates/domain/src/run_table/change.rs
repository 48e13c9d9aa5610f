//! Changing many runs in one transaction: tags, group, notes, stopping, deleting.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Arg, Tx, placeholders, sql};
use crate::jobs::{Job, enqueue};
use crate::live::Change;
use crate::policy::{Allowed, Delete, Denied, Each, On, Project, Read, Run, Stop, Update};
use crate::runs::{effective_state, filter, tell, text};
use crate::{Error, Problem, Thing, audit};

/// Runs in one statement.
const CHUNK: usize = 1000;

/// Which runs, and what to do with them.
#[derive(Clone, Debug, Default)]
pub struct RunsChange {
    /// Runs by name.
    pub names: Option<Vec<String>>,
    /// Runs by the client's JSON filter; with names as well, those that are in both.
    pub filters: Option<String>,
    /// Tags to have.
    pub add_tags: Vec<String>,
    /// Tags not to have.
    pub remove_tags: Vec<String>,
    /// Group; an empty text takes them out of theirs.
    pub group: Option<String>,
    /// Notes; an empty text clears them.
    pub notes: Option<String>,
    /// Asks those that are running to stop.
    pub stop: bool,
    /// Deletes them.
    pub delete: bool,
}

/// What became of a change.
#[derive(Debug)]
pub struct RunsChanged {
    /// Runs that were changed.
    pub changed: usize,
    /// Runs that the caller may not change so.
    pub refused: usize,
    /// Why, for each kind of refusal once.
    pub reasons: Vec<Denied>,
}

/// A run that the transaction holds.
#[derive(FromRow)]
struct Held {
    id: i64,
    state: String,
    preempting: bool,
    heartbeat_at: Micros,
    tags: String,
}

impl RunsChange {
    fn edits(&self) -> bool {
        !self.add_tags.is_empty() || !self.remove_tags.is_empty() || self.group.is_some() || self.notes.is_some()
    }

    /// The filter that selects the runs.
    fn selection(&self) -> Result<String, Error> {
        let mut all = Vec::new();
        all.extend(self.names.as_ref().map(|names| json!({ "name": { "$in": names } })));
        if let Some(text) = &self.filters {
            all.push(Value::Object(filter::json(text)?));
        }
        match all.is_empty() {
            // Not naming any run is no way to mean all of them.
            true => Err(Error::Invalid(Problem::Empty { what: Thing::Filter })),
            false => Ok(json!({ "$and": all }).to_string()),
        }
    }

    /// The texts that every run gets, checked.
    fn texts(&mut self) -> Result<Vec<(&'static str, Arg)>, Error> {
        let texts = [
            ("group_name", Thing::Group, self.group.take(), 1024),
            ("notes", Thing::Notes, self.notes.take(), 1 << 20),
        ];
        let given = texts.into_iter().filter_map(|(column, what, value, most)| Some((column, what, value?, most)));
        given
            .map(|(column, what, value, most)| {
                Ok((column, Some(text::free(what, value, most)?).filter(|text| !text.is_empty()).into()))
            })
            .collect()
    }

    /// A run's tags after the change.
    fn tags(&self, held: &str) -> Result<String, Error> {
        let held: Vec<String> = serde_json::from_str(held).map_err(|e| Error::internal("reading stored tags", e))?;
        let kept = held.into_iter().filter(|tag| !self.remove_tags.contains(tag));
        Ok(Value::from(text::tags(kept.chain(self.add_tags.iter().cloned()).collect())?).to_string())
    }
}

impl Allowed<Read, Project> {
    /// Changes the runs that the policy lets the caller change so, each decided by itself, all in one transaction.
    pub async fn change_runs(&self, mut change: RunsChange) -> Result<RunsChanged, Error> {
        let ids = self.run_ids(&change.selection()?).await?;
        let (edits, texts) = (change.edits(), change.texts()?);
        let mut asked = Asked { refused: HashSet::new(), reasons: Vec::new(), runs: BTreeMap::new() };
        let update = asked.take(if edits { Some(self.allow_each::<Update>(&ids).await?) } else { None });
        let stop = asked.take(if change.stop { Some(self.allow_each::<Stop>(&ids).await?) } else { None });
        let delete = asked.take(if change.delete { Some(self.allow_each::<Delete>(&ids).await?) } else { None });
        asked.runs.retain(|id, _| !asked.refused.contains(id));
        let (domain, now) = (self.domain(), self.domain().clock().now());
        let mut changed: BTreeMap<i64, Vec<Change>> = BTreeMap::new();
        let mut tx = domain.db().begin().await?;
        for ids in asked.runs.keys().copied().collect::<Vec<_>>().chunks(CHUNK) {
            let held = hold(&mut tx, ids, now).await?;
            if update {
                edit(&mut tx, &change, &texts, &held).await?;
                held.iter().for_each(|run| changed.entry(run.id).or_default().push(Change::Config));
            }
            if stop {
                for id in self.stop_held(&mut tx, &held).await? {
                    changed.entry(id).or_default().push(Change::State);
                }
            }
            if delete {
                let ids: Vec<i64> = held.iter().map(|run| run.id).collect();
                set(&mut tx, &ids, vec![("deleted_at", now.into())]).await?;
                for id in ids {
                    enqueue(&mut tx, domain.clock(), Job::Purge, &id.to_string(), Duration::ZERO).await?;
                    changed.entry(id).or_default().push(Change::Deleted);
                }
            }
        }
        if !changed.is_empty() {
            let text = "UPDATE project SET updated_at = $1 WHERE id = $2";
            sql(text).bind(now).bind(self.resource().id).run(&mut tx).await?;
            let target =
                target(&self.resource().path().to_string(), changed.keys().map(|id| asked.runs[id].name.as_str()));
            for (done, action) in [(update, "run:update"), (stop, "run:stop"), (delete, "run:delete")] {
                if done {
                    audit::done(&mut tx, self.session(), action, &target).await?;
                }
            }
        }
        tx.commit().await?;
        let (count, refused) = (changed.len(), asked.refused.len());
        for (id, changes) in changed {
            tell(domain, &asked.runs[&id], asked.runs[&id].state, changes);
        }
        Ok(RunsChanged { changed: count, refused, reasons: asked.reasons })
    }

    /// Asks those to stop that are running; their ids.
    async fn stop_held(&self, tx: &mut Tx, held: &[Held]) -> Result<Vec<i64>, Error> {
        let (now, timeout) = (self.domain().clock().now(), self.domain().config().heartbeat_timeout);
        let mut live = Vec::new();
        for run in held {
            if effective_state(run.state.parse()?, run.preempting, run.heartbeat_at, now, timeout).is_live() {
                live.push(run.id);
            }
        }
        set(tx, &live, vec![("stop_requested", true.into())]).await?;
        Ok(live)
    }
}

/// What the policy said.
struct Asked {
    refused: HashSet<i64>,
    reasons: Vec<Denied>,
    runs: BTreeMap<i64, Run>,
}

impl Asked {
    /// Takes the answers for one action; whether it was asked for.
    fn take<A: On<Run>>(&mut self, each: Option<Each<A>>) -> bool {
        let Some(each) = each else { return false };
        self.refused.extend(each.refused);
        self.reasons.extend(each.reasons);
        self.runs.extend(each.allowed.into_iter().map(|run| (run.resource().id, run.resource().clone())));
        true
    }
}

/// Takes the runs for the length of the transaction; those deleted meanwhile are missing.
async fn hold(tx: &mut Tx, ids: &[i64], now: Micros) -> Result<Vec<Held>, Error> {
    let text = format!(
        "UPDATE run SET updated_at = $1 WHERE id IN ({}) AND deleted_at IS NULL \
         RETURNING id, state, preempting, heartbeat_at, tags",
        placeholders(2, ids.len())
    );
    sql(text).bind(now).bind_all(ids.iter().copied()).all(tx).await
}

/// Runs that end up with the same tags are written together.
async fn edit(tx: &mut Tx, change: &RunsChange, texts: &[(&'static str, Arg)], held: &[Held]) -> Result<(), Error> {
    let mut by_tags: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for run in held {
        by_tags.entry(change.tags(&run.tags)?).or_default().push(run.id);
    }
    for (tags, ids) in by_tags {
        let columns = std::iter::once(("tags", tags.into())).chain(texts.iter().cloned());
        set(tx, &ids, columns.collect()).await?;
    }
    Ok(())
}

/// Writes the same columns (names are ours) of runs that are held.
async fn set(tx: &mut Tx, ids: &[i64], columns: Vec<(&'static str, Arg)>) -> Result<(), Error> {
    if ids.is_empty() {
        return Ok(());
    }
    let set: Vec<_> = columns.iter().zip(1..).map(|((column, _), n)| format!("{column} = ${n}")).collect();
    let text =
        format!("UPDATE run SET {} WHERE id IN ({})", set.join(", "), placeholders(columns.len() + 1, ids.len()));
    let query = sql(text).bind_all(columns.into_iter().map(|(_, value)| value)).bind_all(ids.iter().copied());
    query.run(tx).await.map(drop)
}

/// What the audit names: the project, how many runs, and the first of them.
fn target<'a>(project: &str, names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    let (count, shown) = (names.len(), names[..names.len().min(20)].join(" "));
    format!("{project} ({count}: {shown}{})", if count > 20 { " …" } else { "" })
}

#[cfg(test)]
mod tests;
