//! Where the files are that cells name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::source::{Home, Opened, referred};
use super::{CellFile, TablePage};
use crate::Error;
use crate::artifacts::{ArtifactVersion, EntryQuery};
use crate::files::FileQuery;
use crate::policy::{Allowed, Project, Read, Session};

/// Most files of one page.
const MOST_FILES: usize = 5000;
/// Most references followed from one to the next.
const MOST_STEPS: usize = 4;

/// Addresses of what the cells of a page name, with the rights of whoever asks.
pub(super) async fn files(
    project: &Allowed<Read, Project>,
    opened: &[Option<Opened>],
    page: &TablePage,
) -> Result<BTreeMap<usize, BTreeMap<String, CellFile>>, Error> {
    let mut named: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let sources: Vec<Option<usize>> = page
        .wanted
        .iter()
        .map(|id| page.columns.iter().find(|column| column.id == *id).and_then(|column| column.source))
        .collect();
    for (cells, (_, own)) in page.cells.iter().zip(&page.ids) {
        for (cell, source) in cells.iter().zip(&sources) {
            paths(cell, named.entry(source.unwrap_or(*own)).or_default());
        }
    }
    let mut found = BTreeMap::new();
    for (source, names) in named {
        // The sides of one joined table are of one version.
        let Some(opened) = opened.get(source).or(opened.first()).and_then(Option::as_ref) else { continue };
        if names.is_empty() {
            continue;
        }
        let names: Vec<String> = names.into_iter().take(MOST_FILES).collect();
        let files = match &opened.home {
            Home::Run(run) => {
                let page = run.files(FileQuery { names, ..FileQuery::default() }).await?;
                page.files.into_iter().map(|file| (file.name, CellFile { url: file.url, size: file.bytes })).collect()
            }
            Home::Artifact(version) => of_version(project.session(), version, names).await?,
        };
        found.insert(source, files);
    }
    Ok(found)
}

async fn of_version(
    session: &Session,
    version: &ArtifactVersion,
    names: Vec<String>,
) -> Result<BTreeMap<String, CellFile>, Error> {
    let mut found = BTreeMap::new();
    let page = version.files(EntryQuery { names: Some(names), ..EntryQuery::default() }).await?;
    for file in page.files {
        let name = file.name.clone();
        let (mut file, mut steps) = (Some(file), 0);
        // A file of another version is shown to whoever may read that.
        while let Some(address) = file.as_ref().and_then(|file| file.reference.clone()) {
            steps += 1;
            file = match referred(session, &address).await? {
                Some((other, path)) if steps <= MOST_STEPS => {
                    let query = EntryQuery { names: Some(vec![path]), ..EntryQuery::default() };
                    other.files(query).await?.files.into_iter().next()
                }
                _ => None,
            };
        }
        if let Some(file) = file {
            found.insert(name, CellFile { url: file.url, size: file.bytes.unwrap_or_default() });
        }
    }
    Ok(found)
}

/// The paths of all media in a value.
fn paths(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(Value::String(kind)), Some(Value::String(path))) = (fields.get("_type"), fields.get("path"))
                && !kind.is_empty()
            {
                into.insert(path.clone());
            }
            fields.values().for_each(|value| paths(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| paths(value, into)),
        _ => {}
    }
}
