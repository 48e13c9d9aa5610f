//! The server's parts, put together once at start and shared by every request.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::blobs::Blobs;
use crate::db::{Db, sql};
use crate::live::Live;
use crate::{Clock, Error};

/// What the domain needs to know at start.
#[derive(Clone, Debug)]
pub struct DomainConfig {
    /// `sqlite:PATH` or `postgres://…`.
    pub database_url: String,
    /// `file:DIR`, `s3://BUCKET/PREFIX` or `memory:`.
    pub storage_url: String,
    /// The address under which clients reach the server, without a trailing slash; may have a path prefix.
    pub base_url: String,
    /// How long a running run may be silent before it counts as crashed.
    pub heartbeat_timeout: Duration,
    /// Most memory for copies of projects' runs, in bytes; the one in use is kept whatever its size.
    pub run_table_memory: usize,
    /// Folder of copies that can be made again.
    pub cache_folder: PathBuf,
    /// Most bytes of copies of logged tables.
    pub table_cache: u64,
    /// Most memory for what was read from them, in bytes.
    pub table_memory: usize,
    /// The server can send mail.
    pub sends_mail: bool,
    /// The server tells a webhook.
    pub calls_webhook: bool,
}

/// The server's parts. Cheap to clone.
#[derive(Clone)]
pub struct Domain(Arc<Parts>);

struct Parts {
    db: Db,
    blobs: Blobs,
    clock: Clock,
    live: Live,
    /// As many runs are sampled at once as there are processors.
    sampling: Semaphore,
    waiting: crate::runs::Waiting,
    remembered: crate::policy::Remembered,
    arrived: crate::artifacts::Arrived,
    along: crate::artifacts::Along,
    config: DomainConfig,
    identity: Identity,
    settings: crate::settings::Kept,
    run_tables: crate::run_table::Tables,
    metric_names: crate::runs::metric_names::MetricNames,
    tables: crate::tables::Tables,
    charts: Arc<history::Cache>,
}

/// What makes this server this one; made at first start, shared by every process on the same database.
struct Identity {
    /// First part of every key issued here.
    key_prefix: String,
    /// Signs tickets.
    ticket_key: [u8; 32],
}

impl Domain {
    /// Connects, migrates, opens the blob store. Several processes may open the same database.
    pub async fn open(config: DomainConfig, clock: Clock) -> Result<Self, Error> {
        let db = Db::open(&config.database_url, &clock).await?;
        let blobs = Blobs::open(&config.storage_url)?;
        let identity = Identity::load(&db, &clock).await?;
        let live = Live::default();
        let sampling = Semaphore::new(std::thread::available_parallelism().map_or(1, usize::from));
        let (settings, waiting, remembered, arrived, along) = Default::default();
        let run_tables = crate::run_table::Tables::new(config.run_table_memory, config.cache_folder.join("runs"));
        run_tables.copies().drop_ahead(&db).await?;
        let metric_names = crate::runs::metric_names::MetricNames::default();
        let copies = config.cache_folder.join("tables");
        let tables = crate::tables::Tables::new(copies, config.table_cache, config.table_memory);
        let charts = crate::runs::streams::cache();
        let parts = Parts {
            db,
            blobs,
            clock,
            live,
            sampling,
            waiting,
            remembered,
            arrived,
            along,
            config,
            identity,
            settings,
            run_tables,
            metric_names,
            tables,
            charts,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// Ends every connection after the running statements.
    pub async fn close(&self) {
        self.0.db.close().await;
    }

    /// Answers when the database answers.
    pub async fn ready(&self) -> Result<(), Error> {
        sql("SELECT COUNT(*) FROM schema_version").one::<(i64,)>(self.db()).await.map(drop)
    }

    /// `sqlite` or `postgres`.
    pub fn database_kind(&self) -> &'static str {
        self.0.db.kind()
    }

    /// The address under which clients reach the server.
    pub fn base_url(&self) -> &str {
        &self.0.config.base_url
    }

    /// Time, randomness and ids.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Changes of runs as they happen, in this process.
    pub fn live(&self) -> &Live {
        &self.0.live
    }

    pub(crate) fn sampling(&self) -> &Semaphore {
        &self.0.sampling
    }

    pub(crate) fn charts(&self) -> &Arc<history::Cache> {
        &self.0.charts
    }

    pub(crate) fn waiting(&self) -> &crate::runs::Waiting {
        &self.0.waiting
    }

    pub(crate) fn remembered(&self) -> &crate::policy::Remembered {
        &self.0.remembered
    }

    pub(crate) fn arrived(&self) -> &crate::artifacts::Arrived {
        &self.0.arrived
    }

    pub(crate) fn along(&self) -> &crate::artifacts::Along {
        &self.0.along
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }

    pub(crate) fn config(&self) -> &DomainConfig {
        &self.0.config
    }

    pub(crate) fn kept_settings(&self) -> &crate::settings::Kept {
        &self.0.settings
    }

    pub(crate) fn metric_names(&self) -> &crate::runs::metric_names::MetricNames {
        &self.0.metric_names
    }

    pub(crate) fn tables(&self) -> &crate::tables::Tables {
        &self.0.tables
    }

    pub(crate) fn run_tables(&self) -> &crate::run_table::Tables {
        &self.0.run_tables
    }

    /// What this server's keys begin with.
    pub fn key_prefix(&self) -> &str {
        &self.0.identity.key_prefix
    }

    pub(crate) fn ticket_key(&self) -> &[u8; 32] {
        &self.0.identity.ticket_key
    }
}

impl Identity {
    async fn load(db: &Db, clock: &Clock) -> Result<Self, Error> {
        let key_prefix = once(db, "key_prefix", format!("rs{}", clock.token::<5>()?)).await?;
        // 50 characters of [a-z0-9] hold 258 bits.
        let secret = once(db, "ticket_key", clock.token::<50>()?).await?;
        Ok(Self { key_prefix, ticket_key: *blake3::hash(secret.as_bytes()).as_bytes() })
    }
}

/// The stored value of a fact, storing `fresh` when there is none; the first process wins.
async fn once(db: &Db, name: &'static str, fresh: String) -> Result<String, Error> {
    let text = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql(text).bind(name).bind(fresh).run(db).await?;
    let (value,): (String,) = sql("SELECT value FROM meta WHERE name = $1").bind(name).one(db).await?;
    Ok(value)
}

impl std::fmt::Debug for Domain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Domain").field("database", &self.0.db.kind()).finish_non_exhaustive()
    }
}
