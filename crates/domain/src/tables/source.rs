//! From what a question names to the bytes of tables, with the rights of whoever asks.

use std::collections::BTreeMap;

use serde_json::Value;

use super::TableSource;
use crate::artifacts::{ArtifactVersion, EntryQuery, decode_artifact_id};
use crate::db::sql;
use crate::files::FileQuery;
use crate::model::RunPath;
use crate::policy::{Allowed, Project, Read, Run, Session};
use crate::runs::filter::find;
use crate::{Error, Problem, Thing};

/// Most parts of one table.
const MOST_PARTS: usize = 1000;
/// Most references followed from one to the next.
const MOST_STEPS: usize = 4;
/// Longest description of a joined or partitioned table.
const MOST_BYTES: u64 = 1 << 20;

/// Bytes of a table.
#[derive(Clone, Debug)]
pub(super) struct SheetSource {
    /// Its name, for messages.
    pub name: String,
    /// Names these very bytes.
    pub key: String,
    /// How many there are.
    pub size: u64,
    /// Signed address.
    pub url: String,
}

/// A table that was found.
pub(super) struct Opened {
    /// The parts below each other; of a joined table also which side each is of.
    pub sheets: Vec<(usize, SheetSource)>,
    /// The column by which the sides are joined.
    pub join: Option<String>,
    /// Whose files the cells name.
    pub home: Home,
}

/// Where relative paths of cells lead.
pub(super) enum Home {
    Run(Box<Allowed<Read, Run>>),
    Artifact(Box<ArtifactVersion>),
}

impl Allowed<Read, Project> {
    /// The table that a question names; none where there is none, or none that the caller may see.
    pub(super) async fn open_table(&self, source: &TableSource) -> Result<Option<Opened>, Error> {
        match source {
            TableSource::Logged { run, key } => {
                let Some(run) = self.named_run(run).await? else { return Ok(None) };
                let text = "SELECT summary FROM run WHERE id = $1 AND deleted_at IS NULL";
                let row: Option<(String,)> = sql(text).bind(run.resource().id).optional(self.domain().db()).await?;
                let summary: Value = serde_json::from_str(&row.unwrap_or_default().0).unwrap_or(Value::Null);
                match find(&summary, key) {
                    Some(value) => logged(self.session(), run, value).await,
                    None => Ok(None),
                }
            }
            TableSource::RunFile { run, file } => match self.named_run(run).await? {
                Some(run) => of_run(run, file).await,
                None => Ok(None),
            },
            TableSource::ArtifactFile { artifact, file } => match self.artifact(artifact).await? {
                Some(version) => of_artifact(version, file).await,
                None => Ok(None),
            },
        }
    }

    async fn named_run(&self, name: &str) -> Result<Option<Allowed<Read, Run>>, Error> {
        let project = self.resource();
        let text = "SELECT COUNT(*) FROM run WHERE project_id = $1 AND name = $2 AND deleted_at IS NULL";
        let (count,): (i64,) = sql(text).bind(project.id).bind(name).one(self.domain().db()).await?;
        if count == 0 {
            return Ok(None);
        }
        self.session().allow::<Read, Run>(&RunPath::new(&project.entity, &project.name, name)).await.map(Some)
    }
}

/// What a run's summary says of a table: an artifact where the whole table is, and a file of its first rows.
async fn logged(session: &Session, run: Allowed<Read, Run>, value: &Value) -> Result<Option<Opened>, Error> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let kind = text("_type").unwrap_or_default();
    if !kind.contains("table") {
        return Ok(None);
    }
    if kind == "incremental-table-file" {
        let found = of_increments(session, value).await?;
        if found.is_some() {
            return Ok(found);
        }
    } else if let Some(path) = text("artifact_path")
        && let Some((version, file)) = referred(session, path).await?
        && let Some(found) = of_artifact(version, &file).await?
    {
        return Ok(Some(found));
    }
    match text("path") {
        Some(path) => of_run(run, path).await,
        None => Ok(None),
    }
}

/// The version and the file that a reference between artifacts names.
pub(super) async fn referred(session: &Session, address: &str) -> Result<Option<(ArtifactVersion, String)>, Error> {
    let split = |prefix: &str| address.strip_prefix(prefix).and_then(|rest| rest.split_once('/'));
    if let Some((client, file)) = split("wandb-client-artifact://") {
        let client = client.split_once(':').map_or(client, |(client, _)| client);
        return Ok(session.artifact_of_client(client).await?.map(|version| (version, file.to_owned())));
    }
    let Some((id, file)) = split("wandb-artifact://") else { return Ok(None) };
    let digit = |at: usize| id.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..id.len()).step_by(2).map(digit).collect();
    let Some(id) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).as_deref().and_then(number) else {
        return Ok(None);
    };
    Ok(session.artifact(id).await?.map(|version| (version, file.to_owned())))
}

/// The number in `Artifact:7`, or in that as base64.
fn number(id: &str) -> Option<i64> {
    id.strip_prefix("Artifact:").map_or_else(|| decode_artifact_id(id), |number| number.parse().ok())
}

async fn of_run(run: Allowed<Read, Run>, file: &str) -> Result<Option<Opened>, Error> {
    let page = run.files(FileQuery { names: vec![file.to_owned()], ..FileQuery::default() }).await?;
    let Some(found) = page.files.into_iter().next() else { return Ok(None) };
    let sheet = sheet(run.project().session(), found.name, found.url).await?;
    Ok(Some(Opened { sheets: vec![(0, sheet)], join: None, home: Home::Run(Box::new(run)) }))
}

async fn of_artifact(version: ArtifactVersion, file: &str) -> Result<Option<Opened>, Error> {
    let Some((version, sheet)) = entry(version, file).await? else { return Ok(None) };
    let (kind, session) = (sheet.name.clone(), version.project.session().clone());
    let mut opened = Opened { sheets: vec![(0, sheet)], join: None, home: Home::Artifact(Box::new(version)) };
    let (Home::Artifact(version), [(_, sheet)]) = (&opened.home, opened.sheets.as_slice()) else {
        return Ok(Some(opened));
    };
    if kind.ends_with(".partitioned-table.json") {
        let description = description(&session, sheet).await?;
        let folder = description.get("parts_path").and_then(Value::as_str).unwrap_or_default();
        opened.sheets = parts(version, folder).await?.into_iter().map(|sheet| (0, sheet)).collect();
    } else if kind.ends_with(".joined-table.json") {
        let description = description(&session, sheet).await?;
        let mut sheets = Vec::new();
        for (lane, side) in ["table1", "table2"].into_iter().enumerate() {
            let file = description.get(side).and_then(Value::as_str).unwrap_or_default();
            let found = Box::pin(of_artifact(ArtifactVersion::clone(version), file)).await?;
            sheets.extend(found.into_iter().flat_map(|found| found.sheets).map(|(_, sheet)| (lane, sheet)));
        }
        opened.join = match &description["join_key"] {
            Value::Array(keys) => keys.first().and_then(Value::as_str).map(str::to_owned),
            key => key.as_str().map(str::to_owned),
        };
        opened.sheets = sheets;
    }
    Ok(Some(opened))
}

/// A file of a version, or what it refers to in another one that the caller may read.
async fn entry(mut version: ArtifactVersion, file: &str) -> Result<Option<(ArtifactVersion, SheetSource)>, Error> {
    let mut file = file.to_owned();
    for _ in 0..MOST_STEPS {
        let page = version.files(EntryQuery { names: Some(vec![file]), ..EntryQuery::default() }).await?;
        let Some(found) = page.files.into_iter().next() else { return Ok(None) };
        let session = version.project.session().clone();
        let Some(reference) = found.reference else {
            let sheet = sheet(&session, found.name, found.url).await?;
            return Ok(Some((version, sheet)));
        };
        let Some((next, name)) = referred(&session, &reference).await? else { return Ok(None) };
        (version, file) = (next, name);
    }
    Ok(None)
}

/// The tables in a folder of a version.
async fn parts(version: &ArtifactVersion, folder: &str) -> Result<Vec<SheetSource>, Error> {
    let prefix = format!("{}/", folder.trim_end_matches('/'));
    let named = files(version, |name| name.starts_with(&prefix) && name.ends_with(".table.json")).await?;
    let mut found = Vec::with_capacity(named.len());
    for name in named {
        found.extend(entry(version.clone(), &name).await?.map(|(_, sheet)| sheet));
    }
    Ok(found)
}

/// All increments of a table, in the order in which they were logged: `NUMBER-TIME.KEY.table.json`. The newest version has
/// them all; while it is not there yet, the earlier ones are named one by one.
async fn of_increments(session: &Session, value: &Value) -> Result<Option<Opened>, Error> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let newest = [text("_latest_artifact_path"), text("artifact_path")];
    let mut found: BTreeMap<(u64, u64, String), SheetSource> = BTreeMap::new();
    let mut home = None;
    for path in newest.into_iter().flatten() {
        let Some((version, file)) = referred(session, path).await? else { continue };
        let Some((_, key)) = file.split_once('.') else { continue };
        let of_key = |name: &str| name.split_once('.').is_some_and(|(_, rest)| rest == key);
        for name in files(&version, of_key).await? {
            let Some(place) = increment(&name).filter(|place| !found.contains_key(place)) else { continue };
            if let Some((_, sheet)) = entry(version.clone(), &name).await? {
                found.insert(place, sheet);
            }
        }
        home.get_or_insert(version);
    }
    let earlier = value.get("previous_increments_paths").and_then(Value::as_array);
    for path in earlier.into_iter().flatten().filter_map(Value::as_str).take(MOST_PARTS) {
        let named = path.rsplit('/').next().and_then(increment);
        let Some(place) = named.filter(|place| !found.contains_key(place)) else { continue };
        let Some((version, file)) = referred(session, path).await? else { continue };
        if let Some((_, sheet)) = entry(version, &file).await? {
            found.insert(place, sheet);
        }
    }
    let Some(home) = home.filter(|_| !found.is_empty()) else { return Ok(None) };
    let sheets = found.into_values().map(|sheet| (0, sheet)).collect();
    Ok(Some(Opened { sheets, join: None, home: Home::Artifact(Box::new(home)) }))
}

/// Number and time of an increment, by which they are ordered, and its name. The client calls the first one `None`.
fn increment(name: &str) -> Option<(u64, u64, String)> {
    let (first, _) = name.split_once('.')?;
    let (number, time) = first.split_once('-').unwrap_or((first, "0"));
    let number = if number == "None" { 0 } else { number.parse().ok()? };
    Some((number, time.parse().ok()?, name.to_owned()))
}

/// Names of a version's files.
async fn files(version: &ArtifactVersion, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, Error> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = version.files(EntryQuery { after, ..EntryQuery::default() }).await?;
        after = page.files.last().map(|file| file.cursor());
        found.extend(page.files.into_iter().map(|file| file.name).filter(|name| wanted(name)));
        if found.len() > MOST_PARTS {
            return Err(Error::Invalid(Problem::TooMany { what: Thing::Table, most: MOST_PARTS }));
        }
        if !page.has_next {
            return Ok(found);
        }
    }
}

async fn sheet(session: &Session, name: String, url: String) -> Result<SheetSource, Error> {
    let ticket = session.domain().redeem(url.rsplit('/').next().unwrap_or_default())?;
    let head = ticket.head().await?;
    Ok(SheetSource { name, key: head.etag, size: head.size, url })
}

/// The small JSON object that says what a table is made of.
async fn description(session: &Session, sheet: &SheetSource) -> Result<Value, Error> {
    use futures::TryStreamExt;
    let broken =
        |detail: &str| Error::Invalid(Problem::TableBroken { table: sheet.name.clone(), detail: detail.to_owned() });
    if sheet.size > MOST_BYTES {
        return Err(broken("more than 1 MiB"));
    }
    let ticket = session.domain().redeem(sheet.url.rsplit('/').next().unwrap_or_default())?;
    let parts: Vec<bytes::Bytes> = ticket.read(None).await?.download.stream.try_collect().await?;
    serde_json::from_slice(&parts.concat()).map_err(|error| broken(&error.to_string()))
}
