//! Names of fields, as filters and orders write them, and what a run holds under them.

use serde_json::{Number, Value};

#[cfg(test)]
use super::RunDocument;
use crate::clock::{Micros, rfc3339};

/// A field by its name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Field {
    /// One of the run's own.
    Own(Own),
    /// `tags.K`: true where the run has the tag.
    Tag(String),
    /// `config.…`
    Config(String),
    /// `summary_metrics.…`
    Summary(String),
    /// `keys_info.keys.K`: true where the metric was logged.
    Key(String),
    /// No run has it.
    Unknown,
}

/// A run's own fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Own {
    Name,
    DisplayName,
    State,
    Entity,
    Project,
    Username,
    Group,
    JobType,
    Host,
    Program,
    Repo,
    Commit,
    Sweep,
    Description,
    Notes,
    Tags,
    ExitCode,
    Duration,
    CreatedAt,
    UpdatedAt,
    HeartbeatAt,
    FinishedAt,
    /// Always an empty list in this release.
    Artifacts,
}

/// What a run holds in a field.
#[derive(Clone, Debug)]
pub(crate) enum Datum<'a> {
    Text(&'a str),
    Date(Micros),
    Number(Number),
    True,
    Texts(&'a [String]),
    Json(&'a Value),
}

impl Field {
    /// Reads a name, camelCase or snake_case.
    pub fn parse(name: &str) -> Self {
        let below = |prefixes: &[&str]| {
            prefixes.iter().find_map(|p| name.strip_prefix(p)).filter(|rest| !rest.is_empty()).map(str::to_owned)
        };
        if let Some(path) = below(&["config."]) {
            return Self::Config(path);
        }
        if let Some(path) = below(&["summary_metrics.", "summaryMetrics."]) {
            return Self::Summary(path);
        }
        if let Some(key) = below(&["keys_info.keys.", "keysInfo.keys."]) {
            return Self::Key(key);
        }
        if let Some(tag) = below(&["tags."]) {
            return Self::Tag(tag);
        }
        own(name).map_or(Self::Unknown, Self::Own)
    }

    /// Whether the names of the runs' metrics must be known to look at the field.
    pub fn asks_metrics(&self) -> bool {
        matches!(self, Self::Key(_))
    }

    #[cfg(test)]
    /// What the run holds; nothing where the field is missing.
    pub fn of<'a>(&self, run: &'a RunDocument) -> Option<Datum<'a>> {
        match self {
            Self::Own(field) => field.of(run),
            Self::Tag(tag) => run.tags.contains(tag).then_some(Datum::True),
            Self::Key(key) => run.keys.contains(key).then_some(Datum::True),
            Self::Config(path) => in_config(&run.config, path).map(Datum::Json),
            Self::Summary(path) => in_object(&run.summary, path).map(Datum::Json),
            Self::Unknown => None,
        }
    }
}

fn own(name: &str) -> Option<Own> {
    Some(match name {
        "name" => Own::Name,
        "displayName" | "display_name" => Own::DisplayName,
        "state" => Own::State,
        "entity" | "entityName" | "entity_name" => Own::Entity,
        "project" | "projectName" | "project_name" => Own::Project,
        "username" | "user.username" | "user" => Own::Username,
        "group" | "groupName" | "group_name" => Own::Group,
        "jobType" | "job_type" => Own::JobType,
        "host" => Own::Host,
        "program" | "jobProgram" | "job_program" => Own::Program,
        "repo" | "jobRepo" | "job_repo" => Own::Repo,
        "commit" => Own::Commit,
        "sweep" | "sweepName" | "sweep_name" => Own::Sweep,
        "description" => Own::Description,
        "notes" => Own::Notes,
        "tags" => Own::Tags,
        "exitcode" | "exitCode" | "exit_code" => Own::ExitCode,
        "duration" => Own::Duration,
        "createdAt" | "created_at" => Own::CreatedAt,
        "updatedAt" | "updated_at" => Own::UpdatedAt,
        "heartbeatAt" | "heartbeat_at" => Own::HeartbeatAt,
        "finishedAt" | "finished_at" => Own::FinishedAt,
        "inputArtifacts" | "input_artifacts" | "outputArtifacts" | "output_artifacts" => Own::Artifacts,
        _ => return None,
    })
}

#[cfg(test)]
impl Own {
    fn of(self, run: &RunDocument) -> Option<Datum<'_>> {
        match self {
            Self::Name => Some(Datum::Text(&run.name)),
            Self::DisplayName => Some(Datum::Text(&run.display_name)),
            Self::State => Some(Datum::Text(run.state)),
            Self::Entity => Some(Datum::Text(&run.entity)),
            Self::Project => Some(Datum::Text(&run.project)),
            Self::Username => run.username.as_deref().map(Datum::Text),
            Self::Group => run.group.as_deref().map(Datum::Text),
            Self::JobType => run.job_type.as_deref().map(Datum::Text),
            Self::Host => run.host.as_deref().map(Datum::Text),
            Self::Program => run.program.as_deref().map(Datum::Text),
            Self::Repo => run.repo.as_deref().map(Datum::Text),
            Self::Commit => run.commit.as_deref().map(Datum::Text),
            Self::Sweep => run.sweep.as_deref().map(Datum::Text),
            Self::Description => run.description.as_deref().map(Datum::Text),
            Self::Notes => run.notes.as_deref().map(Datum::Text),
            Self::Tags => Some(Datum::Texts(&run.tags)),
            Self::ExitCode => run.exit_code.map(|code| Datum::Number(code.into())),
            Self::Duration => Number::from_f64(run.duration()).map(Datum::Number),
            Self::CreatedAt => Some(Datum::Date(run.created_at)),
            Self::UpdatedAt => Some(Datum::Date(run.updated_at)),
            Self::HeartbeatAt => Some(Datum::Date(run.heartbeat_at)),
            Self::FinishedAt => run.finished_at.map(Datum::Date),
            Self::Artifacts => Some(Datum::Texts(&[])),
        }
    }
}

#[cfg(test)]
/// The value under a dotted path: the longest literal key first, then what is below it.
fn in_object<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let map = value.as_object()?;
    splits(path).find_map(|(key, rest)| {
        let found = map.get(key)?;
        if rest.is_empty() { Some(found) } else { in_object(found, rest) }
    })
}

#[cfg(test)]
/// The same below `{"key": {"value": …}}`: `K`, `K.value`, `K.value.nested` and `K.nested` all work.
fn in_config<'a>(config: &'a Value, path: &str) -> Option<&'a Value> {
    let map = config.as_object()?;
    splits(path).find_map(|(key, rest)| {
        let entry = map.get(key)?;
        let value = entry.get("value").unwrap_or(entry);
        match rest.strip_prefix("value") {
            None if rest.is_empty() => Some(value),
            Some("") => Some(value),
            Some(below) if below.starts_with('.') => in_object(value, &below[1..]).or_else(|| in_object(value, rest)),
            _ => in_object(value, rest),
        }
    })
}

#[cfg(test)]
/// Every way to cut a path into a key and the rest, the longest key first.
fn splits(path: &str) -> impl Iterator<Item = (&str, &str)> {
    let cuts = path.rmatch_indices('.').map(|(at, _)| (&path[..at], &path[at + 1..]));
    std::iter::once((path, "")).chain(cuts).filter(|(key, _)| !key.is_empty())
}

impl Datum<'_> {
    /// As text for `$regex` and `$contains`: strings and dates, nothing else.
    pub fn text(&self) -> Option<std::borrow::Cow<'_, str>> {
        match self {
            Datum::Text(text) => Some((*text).into()),
            Datum::Date(at) => Some(rfc3339(*at).into()),
            Datum::Json(Value::String(text)) => Some(text.as_str().into()),
            _ => None,
        }
    }

    /// The elements of a list; nothing where it is none.
    pub fn elements(&self) -> Option<Vec<Datum<'_>>> {
        match self {
            Datum::Texts(texts) => Some(texts.iter().map(|text| Datum::Text(text)).collect()),
            Datum::Json(Value::Array(items)) => Some(items.iter().map(Datum::Json).collect()),
            _ => None,
        }
    }
}
