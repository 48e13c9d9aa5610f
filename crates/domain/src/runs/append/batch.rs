//! The transaction of many updates, each of another run: a few statements, however many they are.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use super::super::row::{self, Columns, RunRow};
use super::super::streams::{self, Wanted};
use super::together::{Ground, Item};
use super::write::{self, Done};
use crate::db::{Tx, sql};
use crate::jobs::{Job, enqueue};
use crate::{Domain, Error};

/// How often a batch is tried again because access changed while it was written.
const TRIES: usize = 5;
/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// What becomes of an update of a batch that is committed.
pub(super) enum Outcome {
    Done(Box<Done>),
    /// It was left out: what it was allowed on is not so any more.
    Stale,
}

/// An update that is being written.
struct Work<'a> {
    item: &'a Item,
    run: RunRow,
    columns: Columns,
    done: Done,
}

/// All of the updates, in the order of their runs, or none.
pub(super) async fn write(domain: &Domain, items: &[Item]) -> Result<Vec<Outcome>, Error> {
    for _ in 0..TRIES {
        if let Some(outcomes) = attempt(domain, items).await? {
            return Ok(outcomes);
        }
    }
    Err(Error::Busy("access changes all the time".to_owned()))
}

/// Nothing when access changed meanwhile: then nothing was written.
async fn attempt(domain: &Domain, items: &[Item]) -> Result<Option<Vec<Outcome>>, Error> {
    let now = domain.clock().now();
    let mut tx = domain.db().begin().await?;
    let access = tx.access().await?;
    domain.remembered().saw(access);
    let ids: Vec<i64> = items.iter().map(|item| item.ground.run_id).collect();
    let mut rows = row::hold(&mut tx, &ids).await?;
    let mut works: Vec<Option<Work<'_>>> = Vec::with_capacity(items.len());
    for item in items {
        let ground = &item.ground;
        let run = rows.remove(&ground.run_id).filter(|run| ground.stands(run, access, now));
        let work = run.map(|run| Work::new(item, run, super::super::silent_before(domain))).transpose()?;
        works.push(work);
    }
    {
        let mut present: Vec<&mut Work<'_>> = works.iter_mut().flatten().collect();
        for work in &mut present {
            write::settle_restart(&mut tx, &mut work.run, &mut work.columns, &work.item.update).await?;
            work.done.generation = work.run.generation;
        }
        store(&mut tx, domain, &mut present).await?;
        write_documents(&mut tx, &mut present).await?;
        for work in &mut present {
            write::write_state(&mut work.columns, &mut work.run, &work.item.update, &mut work.done, now);
            work.done.feedback.stopped = work.run.stop_requested && work.done.state.is_live();
            work.done.feedback.exitcode = work.run.exit_code;
        }
        let touched = present.iter_mut().map(|work| (work.run.id, std::mem::take(&mut work.columns))).collect();
        row::touch(&mut tx, now, touched).await?;
        touch_projects(&mut tx, now, &present).await?;
        for work in &present {
            for kind in &work.done.compact {
                let subject = format!("{}/{}/{kind}", work.run.id, work.done.generation);
                enqueue(&mut tx, domain.clock(), Job::Compact, &subject, Duration::ZERO).await?;
            }
        }
    }
    if !tx.holds_access(access).await? {
        return Ok(None);
    }
    tx.commit().await?;
    metrics::counter!("runstead_commits_total").increment(1);
    let outcome = |work: Option<Work<'_>>| work.map_or(Outcome::Stale, |work| Outcome::Done(Box::new(work.done)));
    Ok(Some(works.into_iter().map(outcome).collect()))
}

/// Runs that go on keep their project active; of each run it is noted at most once a minute.
async fn touch_projects(tx: &mut Tx, now: i64, works: &[&mut Work<'_>]) -> Result<(), Error> {
    let due = works.iter().filter(|work| work.run.heartbeat_at / MINUTE != now / MINUTE);
    // In their order: two writers never wait for each other.
    let projects: BTreeSet<i64> = due.map(|work| work.run.project_id).collect();
    for project in projects {
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(now).bind(project).run(&mut *tx).await?;
    }
    Ok(())
}

impl Ground {
    /// Whether the run is what was decided about, and nothing has changed that the decision was made from.
    fn stands(&self, run: &RunRow, access: i64, now: i64) -> bool {
        let decided = self.access.is_none_or(|seen| seen == access) && self.ends.is_none_or(|end| now < end);
        decided && run.project_id == self.project_id && run.user_id == self.owner
    }
}

impl<'a> Work<'a> {
    fn new(item: &'a Item, mut run: RunRow, silent_before: i64) -> Result<Self, Error> {
        let was = run.state.parse()?;
        let columns = write::revive(&mut run, silent_before)?;
        let done = Done::new(was, run.state.parse()?, run.generation);
        Ok(Self { item, run, columns, done })
    }
}

/// Stores the chunks of all.
async fn store(tx: &mut Tx, domain: &Domain, works: &mut [&mut Work<'_>]) -> Result<(), Error> {
    let wanted: Vec<Wanted<'_>> = works.iter().flat_map(|work| wanted(work)).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let mut stored = streams::store(tx, domain.clock(), &wanted).await?.into_iter();
    for work in works {
        for (chunk, stored) in work.item.update.chunks.iter().zip(&mut stored) {
            work.done.stored(chunk.kind, stored);
        }
    }
    Ok(())
}

fn wanted<'a>(work: &Work<'a>) -> impl Iterator<Item = Wanted<'a>> + use<'a> {
    let (run_id, generation) = (work.run.id, work.run.generation);
    work.item.update.chunks.iter().map(move |chunk| Wanted { run_id, generation, chunk })
}

/// Writes summaries and last system metrics of those that sent some.
async fn write_documents(tx: &mut Tx, works: &mut [&mut Work<'_>]) -> Result<(), Error> {
    let ids: Vec<i64> =
        works.iter().filter(|work| work.item.update.needs_documents()).map(|work| work.run.id).collect();
    let mut stored = if ids.is_empty() { HashMap::new() } else { row::documents(tx, &ids).await? };
    for work in works {
        let documents = stored.remove(&work.run.id);
        write::write_documents(&mut work.columns, &work.item.update, documents, &mut work.done)?;
    }
    Ok(())
}
