//! What a decision is made from: plain data, loaded by `load`, made up in tests.

use crate::clock::Micros;
use crate::model::{KeyScope, Role, Visibility};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallerFacts {
    /// Nobody signed in.
    Anonymous,
    /// A person or service with an account that is not disabled.
    User {
        /// Account id.
        id: i64,
        /// User name.
        name: String,
        /// Organization admin.
        is_admin: bool,
    },
    /// The command line on the server's own machine, or the server's own background work.
    Server,
}

/// The key that was used, where one was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Key id.
    pub id: i64,
    /// The name its owner gave it.
    pub name: String,
    /// Read only, or everything.
    pub scope: KeyScope,
    /// Narrowed to this project, `entity/project`, with its id.
    pub project: Option<(i64, String)>,
}

/// A user's own space, or a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// The personal space of the account with this id.
    User(i64),
    /// A team.
    Team,
}

/// The entity in the path, when it exists.
#[derive(Clone, Debug)]
pub struct EntityFacts {
    /// Entity id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// User or team.
    pub kind: EntityKind,
    /// The caller's role in the team.
    pub role: Option<Role>,
    /// When it was made.
    pub created_at: Micros,
}

/// The project in the path, when it exists.
#[derive(Clone, Debug)]
pub struct ProjectFacts {
    /// Project id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Account that made it.
    pub owner: Option<i64>,
    /// The caller's role in this project.
    pub role: Option<Role>,
}

/// The run in the path, when it exists.
#[derive(Clone, Debug)]
pub struct RunFacts {
    /// Run id.
    pub id: i64,
    /// Account that submitted it.
    pub owner: Option<i64>,
    /// That account's name.
    pub owner_name: Option<String>,
}

/// What makes an explanation helpful; loaded only once a decision turned out to be no.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Admins of the team, by name.
    pub admins: Vec<String>,
    /// Entities that the caller may write to, the personal one first.
    pub own: Vec<String>,
    /// Organization admins, by name.
    pub org_admins: Vec<String>,
    /// Names of the entity's projects that the caller may see.
    pub projects: Vec<String>,
}

/// Everything a decision may depend on.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Who asks.
    pub caller: CallerFacts,
    /// The address the caller used to reach this server.
    pub host: String,
    /// With which key.
    pub key: Option<KeyFacts>,
    /// The path as asked: entity, project, run; empty where the path is shorter.
    pub asked: (String, String, String),
    /// The entity found there.
    pub entity: Option<EntityFacts>,
    /// The project found there.
    pub project: Option<ProjectFacts>,
    /// The run found there.
    pub run: Option<RunFacts>,
    /// Evidence for the explanation.
    pub evidence: Evidence,
}

impl Facts {
    /// The caller's account id.
    pub fn user(&self) -> Option<i64> {
        match &self.caller {
            CallerFacts::User { id, .. } => Some(*id),
            _ => None,
        }
    }

    /// The caller's name for sentences; empty for nobody.
    pub fn user_name(&self) -> String {
        match &self.caller {
            CallerFacts::User { name, .. } => name.clone(),
            CallerFacts::Anonymous => String::new(),
            CallerFacts::Server => "operator".to_owned(),
        }
    }

    /// Whether the caller administers the organization.
    pub fn is_org_admin(&self) -> bool {
        matches!(self.caller, CallerFacts::User { is_admin: true, .. })
    }

    /// The caller's standing in the entity: a personal space has one admin, its owner.
    pub fn entity_role(&self) -> Option<Role> {
        let entity = self.entity.as_ref()?;
        match entity.kind {
            EntityKind::User(owner) => (self.user() == Some(owner)).then_some(Role::Admin),
            EntityKind::Team => entity.role,
        }
    }

    /// The caller's standing in the project: its visibility and project-level roles over the entity's role.
    /// A team viewer is never raised.
    pub fn project_role(&self) -> Option<Role> {
        let project = self.project.as_ref()?;
        let entity = self.entity_role();
        let capped = match entity {
            Some(Role::Viewer) => project.role.map(|_| Role::Viewer),
            _ => project.role,
        };
        let personal = matches!(self.entity.as_ref().map(|e| e.kind), Some(EntityKind::User(_)));
        match project.visibility {
            Visibility::Open if self.user().is_some() => entity.max(capped).max(Some(Role::Member)),
            Visibility::Open => None,
            Visibility::Public => entity.max(capped).max(Some(Role::Viewer)),
            Visibility::Team => capped.or(entity),
            Visibility::Restricted if personal => entity.or(capped),
            Visibility::Restricted => capped,
        }
    }
}
