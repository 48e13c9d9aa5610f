//! Changing many runs in one transaction: tags, group, notes, stopping, deleting, moving.

mod relocate;

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};
use sqlx::FromRow;

use crate::clock::Micros;
use crate::db::{Arg, Tx, placeholders, sql};
use crate::live::Change;
use crate::policy::{Allowed, Delete, Each, On, Project, Read, Run, Stop, Update};
use crate::runs::{effective_state, filter, tell, text};
use crate::{Error, Problem, Thing, audit, storage, trash};
use relocate::Target;

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
    /// Puts them into the trash.
    pub delete: bool,
    /// Takes those of these names out of the trash; nothing else is done to them.
    pub restore: bool,
    /// Moves those that have ended to this project of the entity.
    pub move_to: Option<String>,
    /// Changes nothing; the answer is what would be changed.
    pub dry_run: bool,
}

/// What became of a change.
#[derive(Debug)]
pub struct RunsChanged {
    /// Runs that were changed.
    pub changed: usize,
    /// Runs that the caller may not change so.
    pub refused: usize,
    /// Why, for each kind of refusal once.
    pub reasons: Vec<Error>,
    /// What the runs keep.
    pub bytes: i64,
}

/// A run that the transaction holds.
#[derive(FromRow)]
struct Held {
    id: i64,
    name: String,
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
        if change.restore {
            let names = change.names.take().unwrap_or_default();
            let alone = !change.edits() && !change.stop && !change.delete && change.move_to.is_none();
            return match alone && change.filters.is_none() {
                true => self.restore_runs(&names, change.dry_run).await,
                false => Err(Error::Invalid(Problem::RestoreAlone)),
            };
        }
        let ids = self.run_ids(&change.selection()?).await?;
        let (edits, texts) = (change.edits(), change.texts()?);
        let mut asked = Asked::default();
        let move_to = change.move_to.as_deref().filter(|_| !change.delete).map(str::to_owned);
        let does = Does {
            update: asked.take(if edits { Some(self.allow_each::<Update>(&ids).await?) } else { None }),
            stop: asked.take(if change.stop { Some(self.allow_each::<Stop>(&ids).await?) } else { None }),
            delete: asked.take(if change.delete { Some(self.allow_each::<Delete>(&ids).await?) } else { None }),
        };
        // Who takes a run away from here deletes it here.
        asked.take(if move_to.is_some() { Some(self.allow_each::<Delete>(&ids).await?) } else { None });
        asked.runs.retain(|id, _| !asked.refused.contains(id));
        let target = match &move_to {
            Some(name) => Some(self.target(name).await?),
            None => None,
        };
        let settings = self.domain().settings().await?;
        let mut done = Done::default();
        let mut tx = self.domain().db().begin().await?;
        let target = match target {
            Some(target) => Some(target.make(&mut tx).await?),
            None => None,
        };
        for ids in asked.runs.keys().copied().collect::<Vec<_>>().chunks(CHUNK) {
            let mut held = self.hold(&mut tx, ids).await?;
            if let Some(target) = &target {
                held = target.admit(&mut tx, self, held, &mut asked).await?;
            }
            let ids: Vec<i64> = held.iter().map(|run| run.id).collect();
            done.bytes += storage::of_runs(&mut tx, &ids).await?;
            if does.update {
                edit(&mut tx, &change, &texts, &held).await?;
                done.note(&ids, Change::Config);
            }
            if does.stop {
                done.note(&self.stop_held(&mut tx, &held).await?, Change::State);
            }
            if does.delete {
                trash::put(&mut tx, self.domain().clock(), &settings, &ids).await?;
                done.note(&ids, Change::Deleted);
            }
            if let Some(target) = &target {
                target.take(&mut tx, self, &held).await?;
                done.note(&ids, Change::Deleted);
            }
        }
        if !change.dry_run {
            self.note(&mut tx, &done, &asked, &does, target.as_ref()).await?;
            tx.commit().await?;
            done.changed.iter().for_each(|(id, changes)| {
                let run = &asked.runs[id];
                tell(self.domain(), run, run.state, changes.clone());
            });
            target.iter().for_each(|target| target.tell(self.domain(), done.changed.keys().map(|id| &asked.runs[id])));
        }
        let Asked { refused, reasons, .. } = asked;
        Ok(RunsChanged { changed: done.changed.len(), refused: refused.len(), reasons, bytes: done.bytes })
    }

    /// Writes when the projects changed, and the audit.
    async fn note(
        &self,
        tx: &mut Tx,
        done: &Done,
        asked: &Asked,
        does: &Does,
        target: Option<&Target>,
    ) -> Result<(), Error> {
        if done.changed.is_empty() {
            return Ok(());
        }
        for project in std::iter::once(self.resource().id).chain(target.map(|target| target.project.id)) {
            let text = "UPDATE project SET updated_at = $1 WHERE id = $2";
            sql(text).bind(self.domain().clock().now()).bind(project).run(&mut *tx).await?;
        }
        let names = done.changed.keys().map(|id| asked.runs[id].name.as_str());
        let runs = audit::runs(&self.resource().path().to_string(), names);
        let all = [(does.update, "run:update"), (does.stop, "run:stop"), (does.delete, "run:delete")];
        for (_, action) in all.into_iter().filter(|(done, _)| *done) {
            audit::done(tx, self.session(), action, &runs).await?;
        }
        if let Some(target) = target {
            let to = format!("{runs} to {}", target.project.name);
            audit::done(tx, self.session(), "run:move", &to).await?;
        }
        Ok(())
    }

    /// Takes the runs for the length of the transaction; those deleted meanwhile are missing.
    async fn hold(&self, tx: &mut Tx, ids: &[i64]) -> Result<Vec<Held>, Error> {
        let text = format!(
            "UPDATE run SET updated_at = $1 WHERE project_id = $2 AND id IN ({}) AND deleted_at IS NULL \
             RETURNING id, name, state, preempting, heartbeat_at, tags",
            placeholders(3, ids.len())
        );
        let now = self.domain().clock().now();
        sql(text).bind(now).bind(self.resource().id).bind_all(ids.iter().copied()).all(tx).await
    }

    /// Whether the run that is held is doing something.
    fn is_live(&self, run: &Held) -> Result<bool, Error> {
        let (now, timeout) = (self.domain().clock().now(), self.domain().config().heartbeat_timeout);
        Ok(effective_state(run.state.parse()?, run.preempting, run.heartbeat_at, now, timeout).is_live())
    }

    /// Asks those to stop that are running; their ids.
    async fn stop_held(&self, tx: &mut Tx, held: &[Held]) -> Result<Vec<i64>, Error> {
        let mut live = Vec::new();
        for run in held {
            if self.is_live(run)? {
                live.push(run.id);
            }
        }
        set(tx, &live, vec![("stop_requested", true.into())]).await?;
        Ok(live)
    }
}

/// What is done to the runs that may be changed.
struct Does {
    update: bool,
    stop: bool,
    delete: bool,
}

/// What was done.
#[derive(Default)]
struct Done {
    changed: BTreeMap<i64, Vec<Change>>,
    bytes: i64,
}

impl Done {
    fn note(&mut self, ids: &[i64], change: Change) {
        ids.iter().for_each(|id| self.changed.entry(*id).or_default().push(change));
    }
}

/// What the policy said.
#[derive(Default)]
struct Asked {
    refused: HashSet<i64>,
    reasons: Vec<Error>,
    runs: BTreeMap<i64, Run>,
}

impl Asked {
    /// Takes the answers for one action; whether it was asked for.
    fn take<A: On<Run>>(&mut self, each: Option<Each<A>>) -> bool {
        let Some(each) = each else { return false };
        self.refused.extend(each.refused);
        self.reasons.extend(each.reasons.into_iter().map(Error::from));
        self.runs.extend(each.allowed.into_iter().map(|run| (run.resource().id, run.resource().clone())));
        true
    }
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

#[cfg(test)]
mod tests;
