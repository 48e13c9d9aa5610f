//! Where things are, as people and the client write it. A path says nothing about existence or rights.

/// `entity`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntityPath(
    /// Name of a user or team.
    pub String,
);

/// `entity/project`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProjectPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
}

/// `entity/project/run`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RunPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
    /// The run's id as people see it.
    pub run: String,
}

/// `entity/project/sweep`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SweepPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
    /// The sweep's id as people see it.
    pub sweep: String,
}

/// `entity/project/view`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ViewPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
    /// The view's name.
    pub view: String,
}

/// `entity/project/collection`
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CollectionPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
    /// The collection's name.
    pub collection: String,
}

/// `entity/project/collection:version`, as it is in its sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ArtifactPath {
    /// Name of a user or team.
    pub entity: String,
    /// Project name.
    pub project: String,
    /// `collection:vN`; of one that is not committed `collection:ID`.
    pub artifact: String,
}

impl CollectionPath {
    /// `entity/project/collection`
    pub fn new(entity: impl Into<String>, project: impl Into<String>, collection: impl Into<String>) -> Self {
        Self { entity: entity.into(), project: project.into(), collection: collection.into() }
    }

    /// The project it is in.
    pub fn project(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.project)
    }
}

impl ArtifactPath {
    /// The project it is in.
    pub fn project(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.project)
    }
}

impl std::fmt::Display for CollectionPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.entity, self.project, self.collection)
    }
}

impl std::fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.entity, self.project, self.artifact)
    }
}

impl ProjectPath {
    /// `entity/project`
    pub fn new(entity: impl Into<String>, project: impl Into<String>) -> Self {
        Self { entity: entity.into(), project: project.into() }
    }

    /// The place that the project is or would be, no run of it being meant.
    pub fn place(&self) -> RunPath {
        RunPath::new(&self.entity, &self.project, "")
    }
}

impl RunPath {
    /// `entity/project/run`
    pub fn new(entity: impl Into<String>, project: impl Into<String>, run: impl Into<String>) -> Self {
        Self { entity: entity.into(), project: project.into(), run: run.into() }
    }

    /// The project it is in.
    pub fn project(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.project)
    }
}

impl ViewPath {
    /// The project it is of.
    pub fn project(&self) -> ProjectPath {
        ProjectPath::new(&self.entity, &self.project)
    }
}

impl std::fmt::Display for ViewPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.entity, self.project, self.view)
    }
}
impl SweepPath {
    /// `entity/project/sweep`
    pub fn new(entity: impl Into<String>, project: impl Into<String>, sweep: impl Into<String>) -> Self {
        Self { entity: entity.into(), project: project.into(), sweep: sweep.into() }
    }
}

impl std::fmt::Display for EntityPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
impl std::fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.entity, self.project)
    }
}
impl std::fmt::Display for RunPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.entity, self.project, self.run)
    }
}

impl std::fmt::Display for SweepPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.entity, self.project, self.sweep)
    }
}

impl std::str::FromStr for ProjectPath {
    type Err = crate::Error;
    /// `ENTITY/PROJECT`, as typed on the command line.
    fn from_str(s: &str) -> Result<Self, crate::Error> {
        match s.split_once('/') {
            Some((entity, project)) if !entity.is_empty() && !project.is_empty() && !project.contains('/') => {
                Ok(Self::new(entity, project))
            }
            _ => Err(crate::Error::Invalid(crate::Problem::ProjectPath { text: s.to_owned() })),
        }
    }
}
