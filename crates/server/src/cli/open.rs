//! The server's own data, for commands: whoever can read it may do anything.

use domain::policy::{Administer, Allowed, Org, Session};
use domain::{Clock, Domain, DomainConfig};

use crate::config::Config;
use crate::{Error, Problem};

/// Opens the database and the blob store that `config` names, making them where they are missing.
pub async fn domain(config: &Config, base_url: String) -> Result<Domain, Error> {
    let folder = config.data_dir();
    std::fs::create_dir_all(&folder)
        .map_err(|e| Error::Usage(Problem::DataDir { folder: folder.display().to_string(), detail: e.to_string() }))?;
    let or = |url: &Option<crate::config::SecretUrl>, default: String| {
        url.as_ref().map_or(default, |url| url.expose().to_owned())
    };
    let config = DomainConfig {
        database_url: or(&config.database_url, format!("sqlite:{}", folder.join("runstead.db").display())),
        storage_url: or(&config.storage_url, format!("file:{}", folder.join("blobs").display())),
        base_url,
        heartbeat_timeout: config.heartbeat_timeout,
        run_table_memory: config.run_table_memory,
        cache_folder: config.cache_dir.clone().unwrap_or_else(|| folder.join("cache")),
        table_cache: config.table_cache as u64,
        table_memory: config.table_memory,
        sends_mail: config.smtp_url.is_some(),
        calls_webhook: config.webhook_url.is_some(),
    };
    Ok(Domain::open(config, Clock::system()).await?)
}

/// The session of whoever runs a command.
pub async fn operator(config: &Config) -> Result<Session, Error> {
    Ok(domain(config, config.base_url(config.listen)).await?.operator())
}

/// The operator's right to manage users and teams.
pub async fn organization(config: &Config) -> Result<Allowed<Administer, Org>, Error> {
    Ok(operator(config).await?.allow::<Administer, Org>(&()).await?)
}
