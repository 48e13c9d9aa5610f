//! The tables that this process keeps, each brought up to date before it is looked at.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::copies::Copies;
use super::copy::Head;
use super::load::{self, Progress};
use super::table::RunTable;
use super::view::{Around, View};
use crate::policy::{Allowed, Project, Read};
use crate::runs::keys;
use crate::runs::streams::StreamKind;
use crate::{Domain, Error};

/// Tables by project; those looked at longest ago are dropped when all together are larger than the limit.
#[derive(Debug)]
pub(crate) struct Tables {
    limit: usize,
    kept: Mutex<HashMap<i64, Arc<Kept>>>,
    looks: AtomicU64,
    copies: Copies,
}

/// One project's table.
#[derive(Debug)]
pub(super) struct Kept {
    pub table: RwLock<RunTable>,
    /// How far it is up to date; nothing before it was loaded. Whoever holds this brings it further.
    progress: tokio::sync::Mutex<Option<Progress>>,
    /// How often that was begun: who waited while it was begun anew need not do it again.
    begun: AtomicU64,
    /// The last look.
    used: AtomicU64,
    bytes: AtomicUsize,
    /// Runs that changed since the last copy.
    pub news: AtomicUsize,
    /// When the last copy was begun.
    pub copied: AtomicI64,
}

impl Tables {
    /// Tables of so many bytes together, and copies of them in a folder.
    pub fn new(limit: usize, folder: PathBuf) -> Self {
        Self { limit, kept: Mutex::default(), looks: AtomicU64::new(0), copies: Copies::new(folder) }
    }

    pub fn copies(&self) -> &Copies {
        &self.copies
    }

    /// A project's table, which may be empty yet.
    fn of(&self, project: i64) -> Arc<Kept> {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(Kept {
                table: RwLock::new(RunTable::new()),
                progress: tokio::sync::Mutex::default(),
                begun: AtomicU64::new(0),
                used: AtomicU64::new(0),
                bytes: AtomicUsize::new(0),
                news: AtomicUsize::new(0),
                copied: AtomicI64::new(0),
            })
        };
        let kept = Arc::clone(all.entry(project).or_insert_with(new));
        kept.used.store(self.looks.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
        kept
    }

    /// Drops tables until the others fit, never the one of `project`.
    fn evict(&self, project: i64) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes: usize = all.values().map(|kept| kept.bytes.load(Ordering::Relaxed)).sum();
        while bytes > self.limit {
            let others = all.iter().filter(|(id, _)| **id != project);
            let Some((id, kept)) = others.min_by_key(|(_, kept)| kept.used.load(Ordering::Relaxed)) else { break };
            bytes -= kept.bytes.load(Ordering::Relaxed);
            let id = *id;
            all.remove(&id);
        }
        metrics::gauge!("runstead_run_table_bytes").set(bytes as f64);
    }

    /// Forgets all tables, as a new process would; their copies stay.
    #[cfg(test)]
    pub fn forget(&self) {
        self.kept.lock().unwrap().clear();
    }

    /// How many tables are kept.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.kept.lock().unwrap().len()
    }
}

impl Kept {
    /// Brings the table to where the database was when this was called, or further; whether it changed.
    async fn refresh(self: Arc<Self>, domain: Domain, project: i64) -> Result<bool, Error> {
        let asked = self.begun.load(Ordering::Acquire);
        let mut progress = self.progress.lock().await;
        if progress.as_ref().is_some_and(|progress| progress.begun > asked) {
            return Ok(false);
        }
        let begun = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let fresh = progress.is_none();
        let changed = load::advance(&self, &domain, project, &mut progress, begun).await?;
        self.news.fetch_add(changed, Ordering::Relaxed);
        if fresh || changed > 0 {
            let table = self.table.read().unwrap_or_else(PoisonError::into_inner);
            self.bytes.store(table.bytes(), Ordering::Relaxed);
        }
        Ok(fresh || changed > 0)
    }

    /// What a copy says of the table as it is now; none before it was loaded.
    pub async fn head(&self, database: i64) -> Option<Head> {
        let progress = self.progress.lock().await;
        let horizon = progress.as_ref()?.horizon;
        Some(Head::of(&self.table.read().unwrap_or_else(PoisonError::into_inner), database, horizon))
    }
}

impl Allowed<Read, Project> {
    /// Looks at the project's runs as they are now; `metrics` where the names of their metrics matter.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        metrics: bool,
        look: impl FnOnce(&View<'_>) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let (domain, project) = (self.domain(), self.resource());
        let kept = domain.run_tables().of(project.id);
        // On its own, so that it is not left half done when the caller goes away.
        let refresh = tokio::spawn(Arc::clone(&kept).refresh(domain.clone(), project.id));
        if refresh.await.map_err(|e| Error::internal("reading runs", e))?? {
            domain.run_tables().evict(project.id);
            domain.run_tables().copies().keep(domain, &kept, project.id);
        }
        let keys = match metrics {
            true => keys::load(domain, keys::Of::Project(project.id), StreamKind::History).await?,
            false => Default::default(),
        };
        let around = Around {
            entity: project.entity.clone(),
            project: project.name.clone(),
            now: domain.clock().now(),
            timeout: domain.config().heartbeat_timeout,
            keys,
        };
        let look = move || {
            let table = kept.table.read().unwrap_or_else(PoisonError::into_inner);
            look(&View { table: &table, around: &around })
        };
        tokio::task::spawn_blocking(look).await.map_err(|e| Error::internal("looking at runs", e))
    }
}
