//! The configuration: one documented struct, from which flags, environment, file and reference page all come.
//!
//! Precedence: built-in default < `runstead.toml` < environment `RUNSTEAD_*` < flags. The file's values become the
//! parser's defaults ([`file`]), so every source passes the same checks and no option is written down twice.

mod file;
mod groups;
mod reference;
mod secret;
mod units;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, FromArgMatches};

use crate::{Error, Problem};
pub use file::with_file_defaults;
pub use groups::{GroupRoles, group_roles};
pub use reference::markdown as reference;
pub use secret::{Secret, SecretUrl};
use units::bytes;
pub use units::duration;

/// Every option of the server. The doc comments are the help texts and the reference page.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Server options")]
pub struct Config {
    /// Configuration file (TOML). Default: `runstead.toml` in the working directory, else in the data directory.
    #[arg(long, env = "RUNSTEAD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Directory of everything the server keeps. Default: `$XDG_DATA_HOME/runstead` or `~/.local/share/runstead`.
    #[arg(long, env = "RUNSTEAD_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// Where users, projects and runs are stored: `sqlite:FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    /// Default: `runstead.db` in the data directory.
    #[arg(long, env = "RUNSTEAD_DATABASE_URL", value_name = "URL")]
    pub database_url: Option<SecretUrl>,

    /// Where history, files and artifacts are stored: `file:DIR` or `s3://BUCKET/PREFIX`. Credentials, region and
    /// endpoint of S3 come from the usual `AWS_*` variables (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`,
    /// `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`). Default: `blobs` in the data directory.
    #[arg(long, env = "RUNSTEAD_STORAGE_URL", value_name = "URL")]
    pub storage_url: Option<SecretUrl>,

    /// Address to listen on. Port 0 takes a free one.
    #[arg(long, env = "RUNSTEAD_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Address under which users reach the server; it may have a path. Set it behind a proxy: links, cookies and
    /// upload addresses are made from it. Default: `http://` and the listen address.
    #[arg(long, env = "RUNSTEAD_BASE_URL", value_name = "URL", value_parser = base_url)]
    pub base_url: Option<url::Url>,

    /// Name of the organization, shown in the web app and to the client.
    #[arg(long, env = "RUNSTEAD_ORGANIZATION", value_name = "NAME", default_value = "runstead")]
    pub organization: String,

    /// Language of messages for callers who ask for none that is offered.
    #[arg(long, env = "RUNSTEAD_DEFAULT_LANGUAGE", value_name = "CODE", default_value = "en")]
    pub default_language: String,

    /// Identity provider (OpenID Connect) by which people sign in: its issuer, exactly as its tokens name it. The address
    /// to register there is `/api/oidc/callback` below the base URL. See docs/sign-in.md.
    #[arg(long, env = "RUNSTEAD_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,

    /// Who this server is to the identity provider.
    #[arg(long, env = "RUNSTEAD_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,

    /// The secret that belongs to it; a public client has none.
    #[arg(long, env = "RUNSTEAD_OIDC_CLIENT_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<Secret>,

    /// What is asked of the identity provider. Groups may need a scope of their own.
    #[arg(long, env = "RUNSTEAD_OIDC_SCOPES", value_name = "SCOPES", default_value = "openid profile email")]
    pub oidc_scopes: String,

    /// Name of the identity provider on the button.
    #[arg(long, env = "RUNSTEAD_OIDC_NAME", value_name = "NAME", default_value = "SSO")]
    pub oidc_name: String,

    /// Whether people whom the identity provider knows and this server does not get an account.
    #[arg(long, env = "RUNSTEAD_OIDC_CREATE_ACCOUNTS", value_name = "BOOLEAN", default_value = "false", action = clap::ArgAction::Set)]
    pub oidc_create_accounts: bool,

    /// Claim of the ID token that lists a user's groups.
    #[arg(long, env = "RUNSTEAD_OIDC_GROUP_CLAIM", value_name = "CLAIM", default_value = "groups")]
    pub oidc_group_claim: String,

    /// Roles that follow from groups, like `research=vision:member, leads=vision:admin, ops=@organization:admin`. The
    /// teams named here are governed by the identity provider: at sign-in, who is in none of a team's groups leaves it.
    #[arg(long, env = "RUNSTEAD_OIDC_GROUP_ROLES", value_name = "LIST", value_parser = group_roles)]
    pub oidc_group_roles: Option<GroupRoles>,

    /// Issuers of identity tokens that may have a private address or plain `http`, with commas between them. Others that
    /// a team's admins name in a rule are asked over TLS at public addresses only.
    #[arg(long, env = "RUNSTEAD_TRUSTED_ISSUERS", value_name = "LIST")]
    pub trusted_issuers: Option<String>,

    /// How long a sign-in to the web app lasts without use.
    #[arg(long, env = "RUNSTEAD_SESSION_LIFETIME", value_name = "DURATION", default_value = "30d", value_parser = duration)]
    pub session_lifetime: Duration,

    /// How long a running run may be silent before it counts as crashed. The client gives a sign of life every 30 s.
    #[arg(long, env = "RUNSTEAD_HEARTBEAT_TIMEOUT", value_name = "DURATION", default_value = "5m", value_parser = duration)]
    pub heartbeat_timeout: Duration,

    /// Mail server for invitations and requests for access, `smtps://USER:PASSWORD@HOST` or `smtp://HOST:25`. Without one
    /// no mail is sent, and links are handed on by whoever makes them.
    #[arg(long, env = "RUNSTEAD_SMTP_URL", value_name = "URL")]
    pub smtp_url: Option<SecretUrl>,

    /// Sender of mails. Default: `runstead@` and the host of the base URL.
    #[arg(long, env = "RUNSTEAD_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,

    /// Address that is sent a JSON object (`POST`) for every request for access and its answer, for chat rooms and the like.
    #[arg(long, env = "RUNSTEAD_WEBHOOK_URL", value_name = "URL")]
    pub webhook_url: Option<SecretUrl>,

    /// Largest GraphQL request.
    #[arg(long, env = "RUNSTEAD_GRAPHQL_BODY_LIMIT", value_name = "SIZE", default_value = "32MiB", value_parser = bytes)]
    pub graphql_body_limit: usize,

    /// Largest batch of run data, after decompression. The client packs up to about 12 MB of text.
    #[arg(long, env = "RUNSTEAD_FILE_STREAM_BODY_LIMIT", value_name = "SIZE", default_value = "256MiB", value_parser = bytes)]
    pub file_stream_body_limit: usize,

    /// Deepest nesting of a GraphQL query.
    #[arg(long, env = "RUNSTEAD_QUERY_DEPTH_LIMIT", value_name = "NUMBER", default_value = "24")]
    pub query_depth_limit: usize,

    /// Most fields in a GraphQL query, with every fragment written out.
    #[arg(long, env = "RUNSTEAD_QUERY_COMPLEXITY_LIMIT", value_name = "NUMBER", default_value = "4000")]
    pub query_complexity_limit: usize,

    /// Most memory for copies of projects' runs, from which lists of runs are filtered, sorted and grouped. Copies that
    /// were not used for longest are dropped; the one in use is kept whatever its size. 100,000 runs with 200 numbers each
    /// take about 200 MB.
    #[arg(long, env = "RUNSTEAD_RUN_TABLE_MEMORY", value_name = "SIZE", default_value = "768MiB", value_parser = bytes)]
    pub run_table_memory: usize,

    /// Directory of what can be made again: columnar copies of logged tables. Default: `cache` in the data directory.
    #[arg(long, env = "RUNSTEAD_CACHE_DIR", value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,

    /// Most disk space for copies of logged tables, from which they are sorted, filtered and grouped. Those that were not
    /// used for longest are removed; a table is copied again when somebody looks at it.
    #[arg(long, env = "RUNSTEAD_TABLE_CACHE", value_name = "SIZE", default_value = "8GiB", value_parser = bytes)]
    pub table_cache: usize,

    /// Most memory for columns of logged tables that were looked at. A column of texts that takes more than half of it can
    /// be shown, but not sorted, filtered or grouped.
    #[arg(long, env = "RUNSTEAD_TABLE_MEMORY", value_name = "SIZE", default_value = "512MiB", value_parser = bytes)]
    pub table_memory: usize,

    /// What is logged: `error`, `warn`, `info`, `debug` or `trace`, also per module (`info,sqlx=debug`).
    #[arg(long, env = "RUNSTEAD_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub log_level: String,

    /// How the log is written.
    #[arg(long, env = "RUNSTEAD_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    /// What holds when neither file nor environment nor flags say anything.
    fn default() -> Self {
        let command = Self::augment_args(clap::Command::new("defaults")).mut_args(|arg| arg.env(None::<&str>));
        command.try_get_matches_from(["defaults"]).and_then(|m| Self::from_arg_matches(&m)).unwrap_or_else(|e| e.exit())
    }
}

impl Config {
    /// The data directory, with the platform's default.
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(default_data_dir)
    }

    /// The address users reach, without a slash at the end; `listening` is the address that was really bound.
    pub fn base_url(&self, listening: SocketAddr) -> String {
        match &self.base_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{listening}"),
        }
    }
}

/// `$XDG_DATA_HOME/runstead`, else `~/.local/share/runstead`, else `runstead-data` in the working directory.
fn default_data_dir() -> PathBuf {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute("XDG_DATA_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".local/share")))
        .map_or_else(|| PathBuf::from("runstead-data"), |data| data.join("runstead"))
}

/// An `http` or `https` address without query and fragment.
fn base_url(text: &str) -> Result<url::Url, String> {
    let wrong = |problem| Error::Usage(problem).in_shell();
    let url = url::Url::parse(text).map_err(|e| wrong(Problem::BaseUrl { detail: e.to_string() }))?;
    match url.scheme() {
        "http" | "https" if url.query().is_none() && url.fragment().is_none() => Ok(url),
        "http" | "https" => Err(wrong(Problem::BaseUrlQuery)),
        other => Err(wrong(Problem::BaseUrlScheme { scheme: other.to_owned() })),
    }
}

#[cfg(test)]
mod tests;
