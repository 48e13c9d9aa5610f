//! What a decision is made from: plain data, loaded by `load`, made up in tests.

use super::operation::Operation;
use super::share::ShareFacts;
use crate::clock::Micros;
use crate::model::{KeyScope, RegistryRole, Role, Visibility};

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
        /// Set for service accounts.
        service: Option<ServiceFacts>,
    },
    /// The command line on the server's own machine, or the server's own background work.
    Server,
}

/// What makes an account a service account: it belongs to one team, or to the organization with a default team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFacts {
    /// Its team, or its default team.
    pub team: String,
    /// Belongs to the organization: may write in every team, except in restricted projects.
    pub org_wide: bool,
}

/// What somebody is in a team or project: a role, or a custom role that starts from one and adds actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role, or the one that the custom role starts from.
    pub role: Role,
    /// Name of the custom role.
    pub custom: Option<String>,
    /// What the custom role adds.
    pub adds: Vec<Operation>,
    /// Of a registry: sees what is there, and takes no files.
    pub restricted: bool,
}

impl Standing {
    /// One of the three roles.
    pub fn plain(role: Role) -> Self {
        Self { role, custom: None, adds: Vec::new(), restricted: false }
    }

    /// One of the four roles of a registry.
    pub fn in_registry(role: RegistryRole) -> Self {
        let restricted = role == RegistryRole::RestrictedViewer;
        let plain = match role {
            RegistryRole::RestrictedViewer | RegistryRole::Viewer => Role::Viewer,
            RegistryRole::Member => Role::Member,
            RegistryRole::Admin => Role::Admin,
        };
        Self { restricted, ..Self::plain(plain) }
    }

    /// Whether it suffices for an action, whoever owns the thing.
    pub fn may(&self, operation: Operation) -> bool {
        let takes = !self.restricted || (operation.only_reads() && operation != Operation::ArtifactDownload);
        (takes && self.role >= operation.role()) || self.adds.contains(&operation)
    }

    /// The role's name, for sentences.
    pub fn name(&self) -> String {
        let plain = || match self.restricted {
            true => RegistryRole::RestrictedViewer.to_string(),
            false => self.role.to_string(),
        };
        self.custom.clone().unwrap_or_else(plain)
    }

    /// The stronger of two, of equals the one that adds more; with what the other adds.
    pub(super) fn stronger(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        let (Some(a), Some(b)) = (&a, &b) else { return a.or(b) };
        let rank = |one: &Self| (one.role, !one.restricted, one.adds.len());
        let (most, other) = if rank(b) > rank(a) { (b, a) } else { (a, b) };
        let mut both = most.clone();
        both.adds.extend(other.adds.iter().filter(|operation| !most.adds.contains(operation)));
        Some(both)
    }
}

/// What the organization has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerFacts {
    /// Why nothing can be written now; none when it can.
    pub read_only: Option<String>,
    /// Users who are not organization admins may make keys.
    pub users_create_keys: bool,
}

impl Default for ServerFacts {
    fn default() -> Self {
        Self { read_only: None, users_create_keys: true }
    }
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
    /// Narrowed to this entity, with its id.
    pub entity: Option<(i64, String)>,
}

impl KeyFacts {
    /// What the key may do, for sentences: `read vision/digits`.
    pub fn words(&self) -> String {
        let within = self.project.as_ref().or(self.entity.as_ref()).map(|(_, path)| path.as_str());
        within.map_or_else(|| self.scope.to_string(), |path| format!("{} {path}", self.scope))
    }
}

/// A user's own space, or a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntityKind {
    /// The personal space of the account with this id.
    User(i64),
    /// The name of the service account with this id: no place for projects. Nobody may know it but who manages it.
    Service(i64),
    /// A team.
    Team,
    /// The organization: everybody who is signed in is in it, and its projects are registries.
    Organization,
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
    /// What the caller is in the team (of a service account: in its team).
    pub role: Option<Standing>,
    /// Only members may know that the team exists.
    pub hidden: bool,
    /// Members may invite.
    pub members_invite: bool,
    /// Visibility of projects that `wandb.init` makes here.
    pub new_projects: Visibility,
    /// Bytes kept (counted only for what would add to them) and the most that may be, where there is a limit.
    pub quota: Option<(i64, i64)>,
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
    /// What the caller is in this project itself; in a registry also by their teams.
    pub role: Option<Standing>,
    /// When it was archived.
    pub archived_at: Option<Micros>,
}

/// The run or sweep (later: artifact, report) in the path, when it exists.
#[derive(Clone, Debug)]
pub struct ObjectFacts {
    /// Its id.
    pub id: i64,
    /// Account that it belongs to.
    pub owner: Option<i64>,
    /// That account's name.
    pub owner_name: Option<String>,
    /// The service account that sent it for its owner.
    pub submitted_by: Option<i64>,
    /// A run that has not ended: its user may finish it, whatever has changed meanwhile.
    pub running: bool,
    /// That is written on the run already.
    pub grace_noted: bool,
}

/// A sweep that is not in the project asked, but in another one that the caller may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepElsewhere {
    /// The id people type.
    pub sweep: String,
    /// Where it is, `entity/project`.
    pub place: String,
    /// The caller may run agents of it.
    pub may_run: bool,
    /// Who can let the caller run agents of it.
    pub admins: Vec<String>,
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
    /// Link of the invitation that waits for the caller.
    pub invitation: Option<String>,
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
    /// What the link opens that came with the request.
    pub share: Option<ShareFacts>,
    /// The path as asked: entity, project, run; empty where the path is shorter.
    pub asked: (String, String, String),
    /// The entity found there.
    pub entity: Option<EntityFacts>,
    /// The project found there.
    pub project: Option<ProjectFacts>,
    /// The run or sweep found there.
    pub object: Option<ObjectFacts>,
    /// The sweep that was named, where it is somewhere else.
    pub sweep: Option<SweepElsewhere>,
    /// The entity (or `entity/project`) first named, when a redirect led here.
    pub redirected_from: Option<String>,
    /// What the organization has set.
    pub server: ServerFacts,
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

    /// The service account that asks, if it is one.
    pub fn service(&self) -> Option<&ServiceFacts> {
        match &self.caller {
            CallerFacts::User { service, .. } => service.as_ref(),
            _ => None,
        }
    }

    /// The path asked, as far as the action concerns it: making a run concerns its project.
    pub fn target(&self, operation: Operation) -> String {
        let (entity, project, object) = &self.asked;
        let object = if operation.adds() { "" } else { object.as_str() };
        let parts = [entity.as_str(), project.as_str(), object];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// Whether the caller administers the organization.
    pub fn is_org_admin(&self) -> bool {
        matches!(self.caller, CallerFacts::User { is_admin: true, service: None, .. })
    }

    /// Whether the entity is a team that the caller may know of.
    pub fn is_listed_team(&self) -> bool {
        self.entity.as_ref().is_some_and(|e| {
            e.kind == EntityKind::Team && (!e.hidden || self.is_org_admin() || self.entity_role().is_some())
        })
    }

    /// Whether the path is one of the organization, where projects are registries.
    pub fn is_registry(&self) -> bool {
        self.entity.as_ref().is_some_and(|e| e.kind == EntityKind::Organization)
    }

    /// The role that always suffices at this path: registries are made by the organization's admins.
    pub fn needed(&self, operation: Operation) -> Role {
        match operation {
            Operation::ProjectCreate if self.is_registry() => Role::Admin,
            _ => operation.role(),
        }
    }

    /// What the caller is in the entity: a personal space has one admin, its owner.
    pub fn entity_role(&self) -> Option<Standing> {
        let entity = self.entity.as_ref()?;
        match entity.kind {
            EntityKind::Service(_) => None,
            EntityKind::Organization if self.is_org_admin() => Some(Standing::plain(Role::Admin)),
            EntityKind::Organization => self.user().map(|_| Standing::plain(Role::Viewer)),
            EntityKind::User(owner) => (self.user() == Some(owner)).then(|| Standing::plain(Role::Admin)),
            EntityKind::Team => {
                let everywhere = self.service().is_some_and(|s| s.org_wide).then(|| Standing::plain(Role::Member));
                entity.role.clone().or(everywhere)
            }
        }
    }

    /// What the caller is in the project: what was given to them there, and what its visibility or a link gives.
    pub fn project_role(&self) -> Option<Standing> {
        let shared = self.is_shared().then(|| Standing::plain(Role::Viewer));
        Standing::stronger(self.own_project_role(), shared)
    }

    /// Without what a link gives.
    fn own_project_role(&self) -> Option<Standing> {
        let everybody = match self.project.as_ref()?.visibility {
            Visibility::Open => self.user().map(|_| Standing::plain(Role::Member)),
            Visibility::Public => Some(Standing::plain(Role::Viewer)),
            Visibility::Team | Visibility::Restricted => None,
        };
        Standing::stronger(self.given_project_role(), everybody)
    }

    /// Whether a link opens the project. A restricted one is seen by those who were added to it.
    fn is_shared(&self) -> bool {
        let Some(project) = self.project.as_ref().filter(|p| p.visibility != Visibility::Restricted) else {
            return false;
        };
        self.share.as_ref().is_some_and(|share| share.projects.contains(&project.id))
    }

    /// Whether a link alone lets the caller in.
    pub fn is_shared_only(&self) -> bool {
        self.is_shared() && self.own_project_role().is_none()
    }

    /// What was given to the caller in the project: project-level roles over the entity's role. A team viewer is never
    /// raised, and a team admin never lowered: who owns a project could otherwise shut out those who administer it. Into a
    /// restricted project they add themselves.
    pub fn given_project_role(&self) -> Option<Standing> {
        let project = self.project.as_ref()?;
        let entity = self.entity_role();
        if self.is_registry() {
            return self.registry_role(project, entity);
        }
        let capped = match &entity {
            Some(e) if e.role == Role::Viewer => project.role.as_ref().map(|_| e.clone()),
            _ => project.role.clone(),
        };
        let personal = matches!(self.entity.as_ref().map(|e| e.kind), Some(EntityKind::User(_)));
        match project.visibility {
            Visibility::Open | Visibility::Public => Standing::stronger(entity, capped),
            Visibility::Team if entity.as_ref().is_some_and(|e| e.role == Role::Admin) => entity,
            Visibility::Team => capped.or(entity),
            Visibility::Restricted if personal => entity.or(capped),
            Visibility::Restricted => capped,
        }
    }

    /// The strongest of what was given to the caller and to the caller's teams. The organization's admins are admins of
    /// every registry; one that is not restricted is read by everybody, and service accounts of the organization write to it.
    fn registry_role(&self, project: &ProjectFacts, entity: Option<Standing>) -> Option<Standing> {
        let everywhere = self.service().is_some_and(|s| s.org_wide).then(|| Standing::plain(Role::Member));
        let everybody = match project.visibility {
            Visibility::Restricted => entity.filter(|standing| standing.role == Role::Admin),
            _ => Standing::stronger(entity, everywhere),
        };
        Standing::stronger(project.role.clone(), everybody)
    }
}
