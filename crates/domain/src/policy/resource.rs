//! What proofs are about: the rows that a decision loaded.

use super::facts::{EntityFacts, EntityKind, Facts};
use super::load::Found;
use crate::clock::Micros;
use crate::model::{
    ArtifactPath, CollectionPath, EntityPath, ProjectPath, RunPath, RunState, SweepPath, ViewPath, Visibility,
};
use crate::{Error, Thing};

/// A thing that can be asked about, with the path that names it.
pub trait Resource: Sized + Send + Sync + 'static {
    /// How it is named.
    type Path: Send + Sync;

    /// The path's parts: entity, project, run; empty where it is shorter.
    fn asked(path: &Self::Path) -> (String, String, String);

    /// The loaded thing; not found where the policy allowed and there is nothing.
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error>;
}

/// A user's own space, or a team.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Entity id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// User or team.
    pub kind: EntityKind,
    /// When it was made.
    pub created_at: Micros,
}

/// A project.
#[derive(Clone, Debug)]
pub struct Project {
    /// Project id.
    pub id: i64,
    /// Entity id.
    pub entity_id: i64,
    /// Entity name.
    pub entity: String,
    /// Its name.
    pub name: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Text under its title.
    pub description: Option<String>,
    /// Account that made it, or that it was given to.
    pub owner: Option<i64>,
    /// It is the organization's: links are all that is in it.
    pub registry: bool,
    /// When it was archived.
    pub archived_at: Option<Micros>,
    /// The most requests that the entity's runs may make in a minute.
    pub requests_per_minute: Option<i64>,
    /// When it was made.
    pub created_at: Micros,
    /// When its settings or runs last changed.
    pub updated_at: Micros,
}

/// A project that exists, or the place where it would be made.
#[derive(Clone, Debug)]
pub struct Place {
    /// Entity id.
    pub entity_id: i64,
    /// Entity name.
    pub entity: String,
    /// User, team or organization.
    pub kind: EntityKind,
    /// The project's name.
    pub name: String,
    /// The project, when it exists.
    pub project: Option<Project>,
    /// Visibility that the entity wants for new projects.
    pub new_projects: Visibility,
    /// The entity (or `entity/project`) that was named, when a redirect led here.
    pub redirected_from: Option<String>,
}

/// A run: what every verb needs of it. The wide columns are read by the verbs that want them.
#[derive(Clone, Debug)]
pub struct Run {
    /// Run id.
    pub id: i64,
    /// Its project.
    pub project: Project,
    /// The id people type.
    pub name: String,
    /// Account that submitted it.
    pub owner: Option<i64>,
    /// State as stored; see `runs::state` for the judgement by heartbeat.
    pub state: RunState,
    /// Which branch of the streams is shown.
    pub generation: i64,
}

/// A sweep: what every verb needs of it.
#[derive(Clone, Debug)]
pub struct Sweep {
    /// Sweep id.
    pub id: i64,
    /// Its project.
    pub project: Project,
    /// The id people type.
    pub name: String,
}

/// A workspace or report of a project.
#[derive(Clone, Debug)]
pub struct View {
    /// View id.
    pub id: i64,
    /// Its project.
    pub project: Project,
    /// Its name, unique in the project.
    pub name: String,
}

/// An artifact: a version of a sequence.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Artifact id.
    pub id: i64,
    /// The project of its sequence.
    pub project: Project,
    /// Its sequence's id.
    pub collection_id: i64,
    /// Its sequence's name.
    pub collection: String,
    /// Its number there; none until it is committed.
    pub version: Option<i64>,
}

/// A collection of artifacts: a sequence or a portfolio.
#[derive(Clone, Debug)]
pub struct Collection {
    /// Collection id.
    pub id: i64,
    /// Its project.
    pub project: Project,
    /// Its name.
    pub name: String,
}

/// An account: a user or service.
#[derive(Clone, Debug)]
pub struct Account {
    /// Account id.
    pub id: i64,
    /// User name.
    pub name: String,
}

/// The organization: one per server.
#[derive(Clone, Debug)]
pub struct Org;

impl Place {
    /// `entity/project`
    pub fn path(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.name)
    }
}

impl Run {
    /// `entity/project/run`
    pub fn path(&self) -> RunPath {
        RunPath::new(&self.project.entity, &self.project.name, &self.name)
    }
}

impl Sweep {
    /// `entity/project/sweep`
    pub fn path(&self) -> SweepPath {
        SweepPath::new(&self.project.entity, &self.project.name, &self.name)
    }
}

impl View {
    /// `entity/project/view`
    pub fn path(&self) -> ViewPath {
        let project = &self.project;
        ViewPath { entity: project.entity.clone(), project: project.name.clone(), view: self.name.clone() }
    }
}

impl Artifact {
    /// `entity/project/collection:version`
    pub fn path(&self) -> ArtifactPath {
        let (entity, project) = (self.project.entity.clone(), self.project.name.clone());
        let artifact = match self.version {
            Some(version) => format!("{}:v{version}", self.collection),
            None => format!("{}:{}", self.collection, self.id),
        };
        ArtifactPath { entity, project, artifact }
    }
}

impl Collection {
    /// `entity/project/collection`
    pub fn path(&self) -> CollectionPath {
        CollectionPath::new(&self.project.entity, &self.project.name, &self.name)
    }
}

impl Project {
    /// `entity/project`
    pub fn path(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.name)
    }
}

impl Resource for Entity {
    type Path = EntityPath;
    fn asked(path: &EntityPath) -> (String, String, String) {
        (path.0.clone(), String::new(), String::new())
    }
    fn from_found(facts: &Facts, _: Found) -> Result<Self, Error> {
        entity(facts).map(|e| Self { id: e.id, name: e.name.clone(), kind: e.kind, created_at: e.created_at })
    }
}

impl Resource for Project {
    type Path = ProjectPath;
    fn asked(path: &ProjectPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), String::new())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.project.ok_or_else(|| Error::not_found(Thing::Project, format!("{}/{}", facts.asked.0, facts.asked.1)))
    }
}

impl Resource for Place {
    /// With the run that is meant, where one is: its user may go on with it even if they could not begin it now.
    type Path = RunPath;
    fn asked(path: &RunPath) -> (String, String, String) {
        Run::asked(path)
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        let e = entity(facts)?;
        Ok(Self {
            entity_id: e.id,
            entity: e.name.clone(),
            kind: e.kind,
            name: facts.asked.1.clone(),
            project: found.project,
            new_projects: e.new_projects,
            redirected_from: facts.redirected_from.clone(),
        })
    }
}

impl Resource for Run {
    type Path = RunPath;
    fn asked(path: &RunPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), path.run.clone())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.run.ok_or_else(|| {
            let (entity, project, run) = &facts.asked;
            Error::not_found(Thing::Run, format!("{entity}/{project}/{run}"))
        })
    }
}

impl Resource for Sweep {
    type Path = SweepPath;
    fn asked(path: &SweepPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), path.sweep.clone())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.sweep.ok_or_else(|| {
            let (entity, project, sweep) = &facts.asked;
            Error::not_found(Thing::Sweep, format!("{entity}/{project}/{sweep}"))
        })
    }
}

impl Resource for View {
    type Path = ViewPath;
    fn asked(path: &ViewPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), path.view.clone())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.view.ok_or_else(|| {
            let (entity, project, view) = &facts.asked;
            Error::not_found(Thing::View, format!("{entity}/{project}/{view}"))
        })
    }
}

impl Resource for Artifact {
    type Path = ArtifactPath;
    fn asked(path: &ArtifactPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), path.artifact.clone())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.artifact.ok_or_else(|| {
            let (entity, project, artifact) = &facts.asked;
            Error::not_found(Thing::Artifact, format!("{entity}/{project}/{artifact}"))
        })
    }
}

impl Resource for Collection {
    type Path = CollectionPath;
    fn asked(path: &CollectionPath) -> (String, String, String) {
        (path.entity.clone(), path.project.clone(), path.collection.clone())
    }
    fn from_found(facts: &Facts, found: Found) -> Result<Self, Error> {
        found.collection.ok_or_else(|| {
            let (entity, project, collection) = &facts.asked;
            Error::not_found(Thing::Collection, format!("{entity}/{project}/{collection}"))
        })
    }
}

impl Resource for Account {
    type Path = EntityPath;
    fn asked(path: &EntityPath) -> (String, String, String) {
        Entity::asked(path)
    }
    fn from_found(facts: &Facts, _: Found) -> Result<Self, Error> {
        match entity(facts) {
            Ok(EntityFacts { kind: EntityKind::User(id) | EntityKind::Service(id), name, .. }) => {
                Ok(Self { id: *id, name: name.clone() })
            }
            _ => Err(Error::not_found(Thing::User, facts.asked.0.clone())),
        }
    }
}

impl Resource for Org {
    type Path = ();
    fn asked((): &()) -> (String, String, String) {
        (String::new(), String::new(), String::new())
    }
    fn from_found(_: &Facts, _: Found) -> Result<Self, Error> {
        Ok(Self)
    }
}

fn entity(facts: &Facts) -> Result<&EntityFacts, Error> {
    facts.entity.as_ref().ok_or_else(|| Error::not_found(Thing::Entity, facts.asked.0.clone()))
}
