//! Databases for tests: SQLite always, PostgreSQL when `RUNSTEAD_TEST_POSTGRES_URL` names a server.

mod lab;

pub(crate) use lab::{Lab, console, events, history, summary, user};

use crate::db::Db;
use crate::{Clock, Domain, DomainConfig};

/// Addresses of fresh, empty databases.
pub(crate) async fn urls() -> Vec<String> {
    let dir = tempfile::tempdir().unwrap().keep();
    let mut urls = vec![format!("sqlite:{}", dir.join("test.db").display())];
    if let Ok(server) = std::env::var("RUNSTEAD_TEST_POSTGRES_URL") {
        let name = format!("t{}", Clock::system().token::<16>().unwrap());
        let admin = sqlx::PgPool::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
        admin.close().await;
        let (base, _) = server.rsplit_once('/').unwrap();
        urls.push(format!("{base}/{name}"));
    }
    urls
}

/// Fresh, migrated databases.
pub(crate) async fn databases() -> Vec<Db> {
    let mut all = Vec::new();
    for url in urls().await {
        all.push(Db::open(&url, &Clock::system()).await.unwrap());
    }
    all
}

/// Fresh servers' insides, one per database.
pub(crate) async fn domains() -> Vec<Domain> {
    domains_at(&Clock::system(), || "memory:".to_owned()).await
}

/// Fresh servers' insides, one per database, with this clock and blobs in these places.
pub(crate) async fn domains_at(clock: &Clock, storage: impl Fn() -> String) -> Vec<Domain> {
    let mut all = Vec::new();
    for url in urls().await {
        all.push(open(url, clock.clone(), storage()).await);
    }
    all
}

/// A server's inside on this database.
pub(crate) async fn domain_at(url: String, clock: Clock) -> Domain {
    open(url, clock, "memory:".to_owned()).await
}

async fn open(database_url: String, clock: Clock, storage_url: String) -> Domain {
    let config = DomainConfig {
        database_url,
        storage_url,
        base_url: "http://localhost:8080".to_owned(),
        heartbeat_timeout: std::time::Duration::from_secs(300),
        run_table_memory: 64 << 20,
        cache_folder: tempfile::tempdir().unwrap().keep(),
        table_cache: 1 << 30,
        table_memory: 64 << 20,
        sends_mail: true,
        calls_webhook: true,
    };
    Domain::open(config, clock).await.unwrap()
}
