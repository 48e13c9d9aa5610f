//! Lists of versions and collections, by filter and order.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::row::{ArtifactVersion, CollectionRow, VersionRow, select};
use crate::clock::rfc3339;
use crate::db::{placeholders, sql};
use crate::policy::{Allowed, Project, Read, Session};
use crate::runs::DocumentFilter;
use crate::{Error, Problem};

/// Which versions of a collection.
#[derive(Clone, Debug, Default)]
pub struct VersionQuery {
    /// A filter in the client's language; none: those that are committed.
    pub filters: Option<String>,
    /// `+version_index`, `-created_at` …
    pub order: Option<String>,
}

impl Allowed<Read, Project> {
    /// The versions of a collection of this project, newest first unless another order is asked for.
    pub async fn artifact_versions(&self, collection: i64, query: VersionQuery) -> Result<Vec<ArtifactVersion>, Error> {
        let filter = DocumentFilter::parse(query.filters.as_deref().unwrap_or_default())?;
        let text = format!(
            "{} WHERE c.project_id = $1 AND c.id = $2 AND a.state <> 'DELETED' ORDER BY m.version DESC, m.id DESC",
            select()
        );
        let rows: Vec<VersionRow> = sql(text).bind(self.resource().id).bind(collection).all(self.domain().db()).await?;
        let of = "SELECT g.artifact_id, g.tag FROM artifact_tag g JOIN artifact_membership m ON m.artifact_id = g.artifact_id \
                  WHERE m.collection_id = $1";
        let tags = Texts::new(sql(of).bind(collection).all(self.domain().db()).await?);
        let of = "SELECT membership_id, alias FROM artifact_alias WHERE collection_id = $1";
        let aliases = Texts::new(sql(of).bind(collection).all(self.domain().db()).await?);
        self.versions(select_versions(rows, &filter, &tags, &aliases, query.order.as_deref())?).await
    }
}

/// The committed versions in collections of these projects that a filter admits, the one linked last first unless another
/// order is asked for.
pub(crate) async fn versions_of(
    session: &Session,
    projects: &[i64],
    filters: Option<&str>,
    order: Option<&str>,
) -> Result<Vec<VersionRow>, Error> {
    let filter = DocumentFilter::parse(filters.unwrap_or_default())?;
    if projects.is_empty() {
        return Ok(Vec::new());
    }
    let (db, places) = (session.db(), placeholders(1, projects.len()));
    let here = |text: String| sql(text).bind_all(projects.iter().copied());
    let text = format!(
        "{} WHERE c.project_id IN ({places}) AND c.deleted_at IS NULL AND a.state = 'COMMITTED' \
         ORDER BY m.created_at DESC, m.id DESC",
        select()
    );
    let rows: Vec<VersionRow> = here(text).all(db).await?;
    let (mut tags, mut aliases) = (Texts::default(), Texts::default());
    if !filter.admits_all() {
        let text = format!(
            "SELECT DISTINCT g.artifact_id, g.tag FROM artifact_tag g JOIN artifact_membership m \
             ON m.artifact_id = g.artifact_id JOIN artifact_collection c ON c.id = m.collection_id \
             WHERE c.project_id IN ({places})"
        );
        tags = Texts::new(here(text).all(db).await?);
        let text = format!(
            "SELECT l.membership_id, l.alias FROM artifact_alias l JOIN artifact_collection c ON c.id = l.collection_id \
             WHERE c.project_id IN ({places})"
        );
        aliases = Texts::new(here(text).all(db).await?);
    }
    select_versions(rows, &filter, &tags, &aliases, order)
}

/// Those that a filter admits (where it says nothing, those that are committed), in order.
fn select_versions(
    mut rows: Vec<VersionRow>,
    filter: &DocumentFilter,
    tags: &Texts,
    aliases: &Texts,
    wanted: Option<&str>,
) -> Result<Vec<VersionRow>, Error> {
    rows.retain(|row| match filter.admits_all() {
        true => row.state == "COMMITTED",
        false => filter.admits(&version(row, tags, aliases)),
    });
    if let Some((descending, key)) = order(wanted) {
        let sortable = json!({"versionIndex": 0, "createdAt": 0, "updatedAt": 0, "linkedAt": 0, "size": 0, "name": 0});
        check_key(&sortable, key)?;
        let none = Texts::default();
        rows.sort_by_cached_key(|row| Sortable(version(row, &none, &none).get(key).cloned().unwrap_or_default()));
        if descending {
            rows.reverse();
        }
    }
    Ok(rows)
}

/// Tags or aliases by what has them.
#[derive(Default)]
pub(super) struct Texts(HashMap<i64, Vec<String>>);

impl Texts {
    pub(super) fn new(rows: Vec<(i64, String)>) -> Self {
        let mut all: HashMap<i64, Vec<String>> = HashMap::new();
        for (of, text) in rows {
            all.entry(of).or_default().push(text);
        }
        Self(all)
    }

    fn of(&self, id: i64) -> &[String] {
        self.0.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// A version under every name that filters have for it.
fn version(row: &VersionRow, tags: &Texts, aliases: &Texts) -> Value {
    let (tags, aliases) = (tags.of(row.artifact_id), aliases.of(row.membership_id));
    let metadata: Value = row.metadata.as_deref().and_then(|text| history::json::parse(text).ok()).unwrap_or_default();
    json!({
        "id": row.artifact_id, "artifactId": row.artifact_id, "name": row.collection.name, "state": row.state, "digest": row.digest,
        "version": row.version.map(|v| format!("v{v}")), "versionIndex": row.version, "description": row.description,
        "tag": tags, "tags": tags, "alias": aliases, "aliases": aliases, "metadata": metadata, "size": row.bytes,
        "artifactSize": row.bytes, "fileCount": row.file_count, "createdAt": rfc3339(row.created_at),
        "artifactCreatedAt": rfc3339(row.created_at), "updatedAt": rfc3339(row.updated_at),
        "linkedAt": rfc3339(row.linked_at), "acmCreatedAt": rfc3339(row.linked_at),
    })
}

/// The collections that a filter admits, in order.
pub(super) fn collections(
    mut rows: Vec<CollectionRow>,
    tags: &Texts,
    filters: Option<&str>,
    wanted: Option<&str>,
) -> Result<Vec<CollectionRow>, Error> {
    let filter = DocumentFilter::parse(filters.unwrap_or_default())?;
    let document = |row: &CollectionRow| {
        let tags = tags.of(row.id);
        json!({
            "id": row.id, "artifactCollectionId": row.id, "name": row.name, "description": row.description, "type": row.type_name, "kind": row.kind,
            "tag": tags, "tags": tags, "createdAt": rfc3339(row.created_at), "updatedAt": rfc3339(row.updated_at),
        })
    };
    rows.retain(|row| filter.admits_all() || filter.admits(&document(row)));
    if let Some((descending, key)) = order(wanted) {
        check_key(&json!({"name": 0, "createdAt": 0, "updatedAt": 0, "type": 0}), key)?;
        rows.sort_by_cached_key(|row| Sortable(document(row).get(key).cloned().unwrap_or_default()));
        if descending {
            rows.reverse();
        }
    }
    Ok(rows)
}

/// Whether descending, and by what: `-created_at`, `+version_index`, `name`.
fn order(text: Option<&str>) -> Option<(bool, &'static str)> {
    let text = text.filter(|text| !text.is_empty())?;
    let key = match text.trim_start_matches(['+', '-']) {
        "version_index" | "versionIndex" | "version" => "versionIndex",
        "created_at" | "createdAt" | "artifact_created_at" => "createdAt",
        "linked_at" | "linkedAt" | "acm_created_at" => "linkedAt",
        "updated_at" | "updatedAt" => "updatedAt",
        "size" | "artifact_size" => "size",
        "name" => "name",
        "type" => "type",
        _ => "",
    };
    Some((text.starts_with('-'), key))
}

fn check_key(known: &Value, key: &str) -> Result<(), Error> {
    match known.get(key) {
        Some(_) => Ok(()),
        None => Err(Error::Invalid(Problem::BadOrder { text: key.to_owned() })),
    }
}

/// A value of a document in its order: numbers, or texts.
#[derive(PartialEq, Eq)]
struct Sortable(Value);

impl Ord for Sortable {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
            (a, b) => a.as_str().cmp(&b.as_str()),
        }
    }
}

impl PartialOrd for Sortable {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
