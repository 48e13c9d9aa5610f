//! Databases for tests.

use std::path::Path;
use std::str::FromStr;

use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// Names a PostgreSQL server on which tests may create databases.
const POSTGRES: &str = "RUNSTEAD_TEST_POSTGRES_URL";

/// Which database.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// Those to test on.
pub fn kinds() -> Vec<Kind> {
    match std::env::var_os(POSTGRES) {
        Some(_) => vec![Kind::Sqlite, Kind::Postgres],
        None => vec![Kind::Sqlite],
    }
}

/// The address of an empty database.
pub async fn fresh(kind: Kind, folder: &Path) -> String {
    match kind {
        Kind::Sqlite => format!("sqlite:{}", folder.join("test.db").display()),
        Kind::Postgres => {
            let server = std::env::var(POSTGRES).unwrap();
            let name = format!("t{}", domain::Clock::system().token::<16>().unwrap());
            let mut admin = PgConnectOptions::from_str(&server).unwrap().connect().await.unwrap();
            let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
            sqlx::query(create).execute(&mut admin).await.unwrap();
            let (base, _) = server.rsplit_once('/').unwrap();
            format!("{base}/{name}")
        }
    }
}

/// Runs a statement behind the server's back, for what it has no verb for.
pub async fn execute(url: &str, text: String) {
    let text = sqlx::AssertSqlSafe(text);
    match url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnectOptions::new().filename(path).connect().await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
        }
        None => {
            let mut connection = PgConnectOptions::from_str(url).unwrap().connect().await.unwrap();
            sqlx::query(text).execute(&mut connection).await.unwrap();
        }
    }
}
