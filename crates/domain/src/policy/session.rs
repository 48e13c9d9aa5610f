//! Who asks: made from a key or a cookie, then able to ask for proofs.

use std::sync::Arc;

use super::decide::{Decision, decide};
use super::facts::{CallerFacts, Facts, KeyFacts, ServerFacts, ServiceFacts};
use super::operation::{Object, On, Operation, Read, Submit};
use super::proof::Allowed;
use super::resource::{Place, Project, Resource};
use super::share::ShareFacts;
use super::{elsewhere, load, redirect};
use crate::db::Db;
use crate::domain::Domain;
use crate::model::{ProjectPath, RunPath};
use crate::{Error, Micros, Problem};

/// What the caller presented.
#[derive(Clone)]
pub enum Credential {
    /// Nothing.
    Anonymous,
    /// An API key, as the password of HTTP Basic or as a bearer token.
    Key(String),
    /// The cookie of the web app.
    Cookie(String),
}

/// A path as asked: entity, project, object; empty where it is shorter.
pub type Asked = (String, String, String);

/// A client's version, `(major, minor, patch)`.
pub type ClientVersion = (u32, u32, u32);

/// What is known of the program that asks. None of it is trusted for a decision.
#[derive(Clone, Debug, Default)]
pub struct ClientInfo {
    /// The client's version, where it said so.
    pub version: Option<ClientVersion>,
    /// The address under which it reached this server, for sentences (`http://host:port`).
    pub host: String,
    /// Where it runs: the network address that the request came from.
    pub address: Option<String>,
    /// What it calls itself (user agent).
    pub agent: Option<String>,
    /// The person for whom a service account works (`WANDB_USERNAME`, `WANDB_USER_EMAIL`).
    pub person: Option<String>,
}

/// An account that is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerUser {
    /// Account id.
    pub id: i64,
    /// User name, which is also the personal entity's.
    pub name: String,
    /// Organization admin.
    pub is_admin: bool,
    /// E-mail address, if given.
    pub email: Option<String>,
    /// Full name, if given.
    pub full_name: Option<String>,
    /// Saved language.
    pub language: Option<String>,
    /// When the account was made.
    pub created_at: i64,
    /// Set for service accounts.
    pub service: Option<ServiceFacts>,
}

impl CallerUser {
    /// The entity that is meant when none is named: one's own, or a service account's team.
    pub fn home(&self) -> &str {
        self.service.as_ref().map_or(&self.name, |service| &service.team)
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed in.
    Anonymous,
    /// An account.
    User(CallerUser),
    /// The command line on the server's own machine.
    Operator,
    /// The server's own background work.
    System,
}

/// Who asks, with what, through which program. Cheap to clone.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    domain: Domain,
    caller: Caller,
    with: With,
    client: ClientInfo,
    share: Option<ShareFacts>,
    /// The number of the last change of access when the caller was recognised; none for those whom no change concerns.
    access: Option<i64>,
}

/// What the caller was recognised by.
#[derive(Clone)]
pub(super) enum With {
    /// Nothing that is kept.
    Nothing,
    /// A key, and when it ends.
    Key(KeyFacts, Option<Micros>),
    /// A web session, by the hash of its cookie.
    Cookie(String),
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("caller", &self.0.caller).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(domain: Domain, caller: Caller, with: With, client: ClientInfo, access: Option<i64>) -> Self {
        Self(Arc::new(Inner { domain, caller, with, client, share: None, access }))
    }

    /// The same caller through another program.
    pub(super) fn through(&self, client: ClientInfo) -> Self {
        Self::new(self.0.domain.clone(), self.0.caller.clone(), self.0.with.clone(), client, self.0.access)
    }

    /// The same caller, with what a link opens or without.
    pub(super) fn sharing(&self, share: Option<ShareFacts>) -> Self {
        let Inner { domain, caller, with, client, access, .. } = &*self.0;
        let (domain, caller, with, client) = (domain.clone(), caller.clone(), with.clone(), client.clone());
        Self(Arc::new(Inner { domain, caller, with, client, share, access: *access }))
    }

    /// What the caller was recognised by.
    pub(super) fn with(&self) -> &With {
        &self.0.with
    }

    /// The number of the last change of access when the caller was recognised: what is decided for this session is right as
    /// long as there is no later one. None for the server's own command line and work, whom no change concerns.
    pub(crate) fn access(&self) -> Option<i64> {
        self.0.access
    }

    /// What the link opens that came with the request.
    pub(super) fn share(&self) -> Option<&ShareFacts> {
        self.0.share.as_ref()
    }

    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The signed-in account, if any.
    pub fn user(&self) -> Option<&CallerUser> {
        match &self.0.caller {
            Caller::User(user) => Some(user),
            _ => None,
        }
    }

    /// The program that asks.
    pub fn client(&self) -> &ClientInfo {
        &self.0.client
    }

    /// The caller's name for logs and the audit.
    pub fn name(&self) -> &str {
        match &self.0.caller {
            Caller::Anonymous => "anonymous",
            Caller::User(user) => &user.name,
            Caller::Operator => "operator",
            Caller::System => "system",
        }
    }

    /// The key that was used, if one was.
    pub fn key(&self) -> Option<&KeyFacts> {
        match &self.0.with {
            With::Key(key, _) => Some(key),
            _ => None,
        }
    }

    /// Hash of the cookie that was used, if one was.
    pub(crate) fn cookie_hash(&self) -> Option<&str> {
        match &self.0.with {
            With::Cookie(hash) => Some(hash),
            _ => None,
        }
    }

    /// Asks for `A` on the thing at `path`: loads it, decides, and answers with the proof or with the reasons.
    pub async fn allow<A: On<R>, R: Resource>(&self, path: &R::Path) -> Result<Allowed<A, R>, Error> {
        let (facts, found) = self.facts(A::OPERATION, R::asked(path)).await?;
        self.settle(A::OPERATION, &facts).await?;
        refuse_in_registry(A::OPERATION, &facts)?;
        Ok(Allowed::new(self.clone(), R::from_found(&facts, found)?))
    }

    /// Asks to send a run of a sweep, which goes where the sweep is. One that began before goes on where it is. A sweep
    /// that the caller may know nothing of is no obstacle: offline runs of other servers name such ones.
    pub async fn allow_in_sweep(&self, path: &RunPath, sweep: &str) -> Result<Allowed<Submit, Place>, Error> {
        let (mut facts, found) = self.facts(Operation::RunCreate, Place::asked(path)).await?;
        if facts.object.is_none() {
            facts.sweep = elsewhere::find(self, &facts, sweep).await?;
        }
        self.settle(Operation::RunCreate, &facts).await?;
        refuse_in_registry(Operation::RunCreate, &facts)?;
        Ok(Allowed::new(self.clone(), Place::from_found(&facts, found)?))
    }

    /// A sweep that is not in the project asked may be somewhere else: that is then the answer.
    pub async fn look_for_sweep(&self, path: &ProjectPath, sweep: &str) -> Result<(), Error> {
        let (mut facts, _) = self.load(Operation::ProjectRead, Project::asked(path)).await?;
        facts.sweep = elsewhere::find(self, &facts, sweep).await?;
        if facts.sweep.is_some() { self.settle(Operation::ProjectRead, &facts).await } else { Ok(()) }
    }

    /// The decision and its trace, without acting on it (`runstead explain`, disabled buttons). Not audited.
    pub async fn explain(&self, operation: Operation, asked: Asked) -> Result<Decision, Error> {
        let (mut facts, _) = self.facts(operation, asked).await?;
        let decision = decide(operation, &facts);
        if decision.is_allowed() {
            return Ok(decision);
        }
        load::load_evidence(self, &mut facts).await?;
        Ok(decide(operation, &facts))
    }

    /// Whether the caller may do it at the very path, wherever a redirect leads. Not audited.
    pub(crate) async fn may_exactly(&self, operation: Operation, asked: Asked) -> Result<bool, Error> {
        let (facts, _) = load::load(self, operation, asked).await?;
        Ok(decide(operation, &facts).is_allowed())
    }

    /// Everything that an action at a path is decided on.
    pub(super) async fn facts(&self, operation: Operation, asked: Asked) -> Result<(Facts, load::Found), Error> {
        let (mut facts, found) = self.load(operation, asked).await?;
        // Not where the caller may know nothing: a limit would be told by the time it takes.
        if operation.adds() && redirect::may_know(&facts, false) {
            load::load_usage(self, &mut facts).await?;
        }
        Ok((facts, found))
    }

    /// The facts about a path, with where its sweep is when it is not there.
    pub(super) async fn load(&self, operation: Operation, asked: Asked) -> Result<(Facts, load::Found), Error> {
        let (mut facts, found) = self.load_there(operation, asked).await?;
        if operation.object() == Object::Sweep && found.sweep.is_none() {
            let sweep = facts.asked.2.clone();
            facts.sweep = elsewhere::find(self, &facts, &sweep).await?;
        }
        Ok((facts, found))
    }

    /// The facts about a path, or about the one that a redirect leads to.
    async fn load_there(&self, operation: Operation, asked: Asked) -> Result<(Facts, load::Found), Error> {
        let (facts, found) = load::load(self, operation, asked).await?;
        let Some(target) = redirect::target(self, operation, &facts).await? else {
            return Ok(redirect::moved_run(self, operation, &facts).await?.unwrap_or((facts, found)));
        };
        let (entity, project, _) = &facts.asked;
        let from = if *entity == target.0 { format!("{entity}/{project}") } else { entity.clone() };
        let other_project = *project != target.1;
        let (mut there, found_there) = load::load(self, operation, target).await?;
        // The new name of what the caller may not know of is as secret as the old one.
        if !redirect::may_know(&there, other_project) {
            return Ok((facts, found));
        }
        there.redirected_from = Some(from);
        Ok((there, found_there))
    }

    /// Every project that the caller may read, most recently active first; in one entity or in all.
    pub async fn readable_projects(&self, entity: Option<&str>) -> Result<Vec<Allowed<Read, Project>>, Error> {
        let candidates = load::load_projects(self, entity).await?;
        let readable = candidates.into_iter().filter(|(facts, _)| decide(Operation::ProjectRead, facts).is_allowed());
        Ok(readable.map(|(_, project)| Allowed::new(self.clone(), project)).collect())
    }

    /// The names of the projects of an entity that the caller may read.
    pub(super) async fn readable_project_names(&self, entity: &str) -> Result<Vec<String>, Error> {
        let candidates = load::load_projects(self, Some(entity)).await?;
        let readable = candidates.into_iter().filter(|(facts, _)| decide(Operation::ProjectRead, facts).is_allowed());
        Ok(readable.map(|(_, project)| project.name).take(200).collect())
    }

    /// Now, in microseconds since 1970.
    pub fn now(&self) -> Micros {
        self.0.domain.clock().now()
    }

    /// Decides; on no, adds the evidence, stores the denial, writes the audit row and answers with the reasons.
    pub(super) async fn settle(&self, operation: Operation, facts: &Facts) -> Result<(), Error> {
        let decision = decide(operation, facts);
        if decision.is_allowed() {
            return match (decision.grace, &facts.object) {
                (Some(code), Some(run)) if !run.grace_noted => {
                    crate::denials::note_grace(self, operation, &facts.asked, run.id, code).await
                }
                _ => Ok(()),
            };
        }
        let mut facts = facts.clone();
        load::load_evidence(self, &mut facts).await?;
        let Some(mut denied) = decide(operation, &facts).denied() else { return Ok(()) };
        crate::denials::record(self, operation, &facts.asked, &mut denied).await?;
        Err(denied.into())
    }

    /// Facts before anything is loaded.
    pub(super) async fn bare_facts(&self, asked: Asked) -> Result<Facts, Error> {
        let caller = match &self.0.caller {
            Caller::Anonymous => CallerFacts::Anonymous,
            Caller::User(u) => {
                CallerFacts::User { id: u.id, name: u.name.clone(), is_admin: u.is_admin, service: u.service.clone() }
            }
            Caller::Operator | Caller::System => CallerFacts::Server,
        };
        let settings = self.0.domain.settings_since(self.0.access).await?;
        Ok(Facts {
            caller,
            host: self.0.client.host.clone(),
            key: self.key().cloned(),
            share: self.0.share.clone(),
            asked,
            entity: None,
            project: None,
            object: None,
            sweep: None,
            redirected_from: None,
            server: ServerFacts {
                read_only: settings.read_only.clone(),
                users_create_keys: settings.users_create_keys,
            },
            evidence: Default::default(),
        })
    }

    pub(crate) fn domain(&self) -> &Domain {
        &self.0.domain
    }

    pub(crate) fn db(&self) -> &Db {
        self.0.domain.db()
    }
}

/// Links are all that a registry holds.
fn refuse_in_registry(operation: Operation, facts: &Facts) -> Result<(), Error> {
    let other = matches!(operation, Operation::RunCreate | Operation::SweepCreate | Operation::ReportCreate);
    match other && facts.is_registry() {
        true => Err(Error::Invalid(Problem::RegistryOnly { name: facts.target(operation) })),
        false => Ok(()),
    }
}
