//! A whole server in the test's process, asked through its real router, with a database of its own.

mod answer;
mod client;
mod database;
mod issuer;

use domain::policy::{Administer, ClientInfo, CreateUser, Org};
use domain::users::NewUser;
use domain::{Clock, Domain, DomainConfig};
use server::App;
use server::config::Config;
use server::router::{self, Service};

pub use answer::Answer;
pub use client::Client;
pub use issuer::Issuer;

/// The address that test servers believe to have.
pub const BASE_URL: &str = "http://runs.test";

/// Password of every test user that has one.
pub const PASSWORD: &str = "correct horse battery staple";

/// A server with an empty database.
pub struct TestServer {
    pub domain: Domain,
    database_url: String,
    service: Service,
    // Dropped last: the data directory.
    folder: tempfile::TempDir,
}

/// Runs `test` against a fresh server on SQLite and, when `RUNSTEAD_TEST_POSTGRES_URL` names a PostgreSQL server, on that.
pub async fn on_every_database(test: impl AsyncFn(TestServer)) {
    for kind in database::kinds() {
        println!("database: {kind:?}");
        test(TestServer::start(kind, |_| {}).await).await;
    }
}

/// The same with other options.
pub async fn on_every_database_with(options: impl Fn(&mut Config), test: impl AsyncFn(TestServer)) {
    for kind in database::kinds() {
        println!("database: {kind:?}");
        test(TestServer::start(kind, &options).await).await;
    }
}

impl TestServer {
    async fn start(kind: database::Kind, options: impl Fn(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { base_url: Some(BASE_URL.parse().unwrap()), ..Config::default() };
        options(&mut config);
        let database_url = database::fresh(kind, folder.path()).await;
        let domain = Domain::open(
            DomainConfig {
                database_url: database_url.clone(),
                storage_url: format!("file:{}", folder.path().join("blobs").display()),
                base_url: config.base_url(config.listen),
                heartbeat_timeout: config.heartbeat_timeout,
                run_table_memory: 64 << 20,
                cache_folder: folder.path().join("cache"),
                table_cache: 1 << 30,
                table_memory: 64 << 20,
                sends_mail: config.smtp_url.is_some(),
                calls_webhook: config.webhook_url.is_some(),
            },
            Clock::system(),
        )
        .await
        .unwrap();
        let app = App::new(domain.clone(), config).unwrap();
        Self { domain, database_url, service: router::service(app), folder }
    }

    /// Somebody without credentials.
    pub fn anonymous(&self) -> Client {
        Client::new(self.service.clone())
    }

    /// A new user with an API key of their own.
    pub async fn user(&self, name: &str) -> Client {
        self.new_user(name, false).await
    }

    /// A new organization admin with an API key.
    pub async fn admin(&self, name: &str) -> Client {
        self.new_user(name, true).await
    }

    /// An existing user in a browser.
    pub async fn browser(&self, name: &str) -> Client {
        let account = self.domain.check_password(name, PASSWORD).await.unwrap().unwrap();
        let client = ClientInfo { agent: Some("a browser".to_owned()), ..ClientInfo::default() };
        self.anonymous().with_cookie(&self.domain.start_web_session(account, 3600, &client).await.unwrap())
    }

    /// Makes a team of users that exist; the first is its admin, the others are members.
    pub async fn team(&self, name: &str, admin: &str, members: &[&str]) {
        let team = self.organization().await.create_team(name, Some(admin)).await.unwrap();
        for member in members {
            team.set_member(member, domain::model::Role::Member).await.unwrap();
        }
    }

    /// Makes a service account of a team that exists.
    pub async fn service_account(&self, team: &str, name: &str) {
        for text in [
            format!(
                "INSERT INTO entity (id, name, kind, created_at) SELECT 1000000 + COUNT(*), '{name}', 'service', 0 FROM entity"
            ),
            format!(
                "INSERT INTO account (id, entity_id, name, is_admin, created_at, kind, home_id) SELECT e.id, e.id, e.name, FALSE, 0, \
                 'service', t.id FROM entity e, entity t WHERE e.name = '{name}' AND t.name = '{team}'"
            ),
            format!(
                "INSERT INTO membership (team_id, user_id, role, created_at) \
                 SELECT home_id, id, 'member', 0 FROM account WHERE name = '{name}'"
            ),
        ] {
            database::execute(&self.database_url, text).await;
        }
    }

    /// Runs a statement behind the server's back, for what it has no verb for.
    pub async fn sql(&self, text: impl Into<String>) {
        database::execute(&self.database_url, text.into()).await;
    }

    /// The operator's right to do anything.
    pub async fn organization(&self) -> domain::policy::Allowed<Administer, Org> {
        self.domain.operator().allow::<Administer, Org>(&()).await.unwrap()
    }

    /// The server as a service, to put it behind something.
    pub fn service(&self) -> Service {
        self.service.clone()
    }

    /// The files in which the blobs below `prefix` are stored.
    pub fn blob_files(&self, prefix: &str) -> Vec<std::path::PathBuf> {
        let mut folders = vec![self.folder.path().join("blobs").join(prefix)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        files
    }

    async fn new_user(&self, name: &str, is_admin: bool) -> Client {
        let email = Some(format!("{name}@example.org"));
        let password = Some(PASSWORD.to_owned());
        let new = NewUser { name: name.to_owned(), email, is_admin, password, ..NewUser::default() };
        let organization = self.domain.operator().allow::<CreateUser, Org>(&()).await.unwrap();
        let account = organization.create_user(new).await.unwrap();
        self.anonymous().with_key(&account.create_key(Default::default()).await.unwrap().secret)
    }
}
