//! What every handler shares.

use std::ops::Deref;
use std::sync::Arc;

use domain::{Domain, Micros};
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::graphql::{Engine, Limits, SDL, resolvers};
use crate::http::limits::Limits as Rates;
use crate::http::{Intake, Throttle};
use crate::messages::Language;
use crate::notices::Sender;
use crate::oidc::{Issuers, Provider};
use crate::{Error, Problem};

/// The server's parts. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// They.
pub struct Parts {
    /// Users, projects, runs.
    pub domain: Domain,
    /// GraphQL.
    pub engine: Engine,
    /// The options the server was started with.
    pub config: Config,
    /// Language of messages for callers who ask for none.
    pub language: Language,
    /// The path of the base URL: empty, or like `/base`.
    pub prefix: String,
    /// Identity providers, as far as they were asked.
    pub issuers: Issuers,
    /// The one by which people sign in.
    pub provider: Option<Provider>,
    /// Sends mails and calls the webhook, where that is configured.
    pub sender: Option<Sender>,
    /// Slows down guessing of passwords and codes.
    pub throttle: Throttle,
    /// Bounds what runs log at once.
    pub intake: Intake,
    /// Counts requests where a limit is set.
    pub rates: Rates,
    /// When the process started.
    pub started: Micros,
    /// Cancelled when the server stops, for answers that would never end by themselves.
    pub stopping: CancellationToken,
}

impl App {
    /// Puts the parts together.
    pub fn new(domain: Domain, config: Config) -> Result<Self, Error> {
        let limits = Limits { depth: config.query_depth_limit, complexity: config.query_complexity_limit };
        let engine = Engine::new(&SDL, &resolvers(), limits).map_err(|e| Error::startup("building the schema", e))?;
        let base = url::Url::parse(domain.base_url()).map_err(|e| Error::startup("reading the base URL", e))?;
        let language = Language::of(&config.default_language)
            .ok_or_else(|| Error::Usage(Problem::NoLanguage { code: config.default_language.clone() }))?;
        let prefix = base.path().trim_end_matches('/').to_owned();
        let provider = Provider::of(&config, domain.base_url())?;
        let trusted =
            config.trusted_issuers.iter().flat_map(|list| list.split(',')).map(|issuer| issuer.trim().to_owned());
        let issuers = Issuers::new(trusted.chain(provider.as_ref().map(|p| p.rules.issuer.clone())).collect())?;
        let (throttle, rates, stopping) = Default::default();
        let started = domain.clock().now();
        let sender = Sender::new(&config, domain.base_url())?;
        let intake = Intake::new(config.file_stream_body_limit);
        let parts = Parts {
            domain,
            engine,
            config,
            language,
            prefix,
            issuers,
            provider,
            sender,
            throttle,
            intake,
            rates,
            started,
            stopping,
        };
        Ok(Self(Arc::new(parts)))
    }

    /// Whether users reach the server over TLS.
    pub fn is_https(&self) -> bool {
        self.domain.base_url().starts_with("https:")
    }
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
