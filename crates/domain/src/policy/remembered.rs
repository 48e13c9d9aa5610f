//! Decisions about runs that log, kept from request to request.
//!
//! A run that trains asks the same again and again: may this key write to this run? The answer is right until something
//! that it was made from changes, and every such change moves a number on in the database, in its own transaction
//! (`migrations/0012_access_epoch.sql`). A session knows the number that was read before the caller was recognised; the
//! transaction that writes run data compares it with the number that is there now, and the run's row with the run that was
//! decided about, while nothing can change either (`runs/append/batch.rs`). So what is kept here only saves work: were it
//! wrong, nothing would be written, and the decision made anew ([`Allowed::anew`]).

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::credential::LAST_USED_STEP;
use super::decide::decide;
use super::operation::{Operation, Update};
use super::resource::{Resource, Run};
use super::session::{ClientInfo, Credential, Session, With};
use super::{Allowed, Facts};
use crate::db::sql;
use crate::model::RunPath;
use crate::{Domain, Error, Micros};

/// Most decisions that are kept.
const MOST: usize = 1 << 15;

/// Decisions by the digest of the key and the path.
#[derive(Default)]
pub(crate) struct Remembered {
    kept: Mutex<HashMap<[u8; 32], Arc<Kept>>>,
    /// The last change of access that this process has heard of.
    newest: AtomicI64,
}

struct Kept {
    session: Session,
    run: Run,
    /// Good until then: the key's end, or the next time that its last use is written.
    until: Micros,
}

impl Remembered {
    /// Hears of a change of access: what was decided before counts no more.
    pub fn saw(&self, access: i64) {
        self.newest.fetch_max(access, Ordering::AcqRel);
    }

    fn find(&self, name: &[u8; 32], now: Micros) -> Option<Arc<Kept>> {
        let kept = self.lock().get(name).cloned()?;
        let newest = self.newest.load(Ordering::Acquire);
        (kept.session.access() == Some(newest) && now < kept.until).then_some(kept)
    }

    fn keep(&self, name: [u8; 32], kept: Kept) {
        let mut all = self.lock();
        if all.len() >= MOST {
            let (newest, now) = (self.newest.load(Ordering::Acquire), kept.session.now());
            all.retain(|_, kept| kept.session.access() == Some(newest) && now < kept.until);
        }
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(name, Arc::new(kept));
    }

    /// Forgets what was decided about a run that is not what it was, unless it counts no more anyway.
    fn forget(&self, access: Option<i64>, run: i64) {
        if access == Some(self.newest.load(Ordering::Acquire)) {
            self.lock().retain(|_, kept| kept.run.id != run);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Arc<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Domain {
    /// Hears of the last change of access; the next write would too, but not a request that a limit holds back.
    pub(crate) async fn hear(&self) -> Result<i64, Error> {
        let (last,): (i64,) = sql("SELECT last FROM access_epoch").one(self.db()).await?;
        self.remembered().saw(last);
        Ok(last)
    }

    /// The proof that whoever presents `credential` may log to the run, from memory where it was decided before and nothing
    /// has changed since.
    pub async fn may_log(
        &self,
        credential: Credential,
        client: ClientInfo,
        path: &RunPath,
    ) -> Result<Allowed<Update, Run>, Error> {
        let Credential::Key(key) = &credential else {
            return self.session(credential, client).await?.allow(path).await;
        };
        let name = name(key, path);
        let now = self.clock().now();
        if let Some(kept) = self.remembered().find(&name, now) {
            return Ok(Allowed::new(kept.session.through(client), kept.run.clone()));
        }
        let session = self.session(credential, client).await?;
        let (facts, found) = session.facts(Operation::RunUpdate, Run::asked(path)).await?;
        session.settle(Operation::RunUpdate, &facts).await?;
        let run = Run::from_found(&facts, found)?;
        if let Some(until) = lasts(&session, path, &facts, now) {
            self.remembered().keep(name, Kept { session: session.clone(), run: run.clone(), until });
        }
        Ok(Allowed::new(session, run))
    }
}

/// Until when a positive decision is right as long as no change of access is heard of; none where it may not be kept: it let
/// a run finish whose user may not write any more, which ends with time, or another name led to the run.
fn lasts(session: &Session, path: &RunPath, facts: &Facts, now: Micros) -> Option<Micros> {
    let With::Key(_, ends) = session.with() else { return None };
    let led = facts.redirected_from.is_some() || facts.asked != Run::asked(path);
    let lasting = decide(Operation::RunUpdate, facts).grace.is_none();
    (lasting && !led).then(|| ends.unwrap_or(Micros::MAX).min(now + LAST_USED_STEP))
}

fn name(key: &str, path: &RunPath) -> [u8; 32] {
    let (entity, project, run) = Run::asked(path);
    let mut hasher = blake3::Hasher::new();
    for part in [key, &entity, &project, &run] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

impl Allowed<Update, Run> {
    /// The decision made anew, from what is there now.
    pub(crate) async fn anew(&self) -> Result<Self, Error> {
        self.domain().remembered().forget(self.session().access(), self.resource().id);
        self.session().again().await?.allow(&self.resource().path()).await
    }

    /// When the key ends with which this was asked.
    pub(crate) fn ends(&self) -> Option<Micros> {
        match self.session().with() {
            With::Key(_, ends) => *ends,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
