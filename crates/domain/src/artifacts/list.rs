//! Lists of versions and collections, by filter and order.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::row::{ArtifactVersion, CollectionRow, VersionRow, select};
use crate::clock::rfc3339;
use crate::db::sql;
use crate::policy::{Allowed, Project, Read};
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
        let mut rows: Vec<VersionRow> =
            sql(text).bind(self.resource().id).bind(collection).all(self.domain().db()).await?;
        let of = "SELECT g.artifact_id, g.tag FROM artifact_tag g JOIN artifact_membership m ON m.artifact_id = g.artifact_id \
                  WHERE m.collection_id = $1";
        let tags: Vec<(i64, String)> = sql(of).bind(collection).all(self.domain().db()).await?;
        let of = "SELECT membership_id, alias FROM artifact_alias WHERE collection_id = $1";
        let aliases: Vec<(i64, String)> = sql(of).bind(collection).all(self.domain().db()).await?;
        rows.retain(|row| {
            let committed = filter.admits_all() && row.state == "COMMITTED";
            committed || (!filter.admits_all() && filter.admits(&version(row, &tags, &aliases)))
        });
        if let Some((descending, key)) = order(query.order.as_deref()) {
            let by = |row: &VersionRow| version(row, &[], &[]).get(key).cloned().unwrap_or_default();
            check_key(&json!({"versionIndex": 0, "createdAt": 0, "updatedAt": 0, "size": 0, "name": 0}), key)?;
            rows.sort_by(|a, b| sorted(compare(&by(a), &by(b)), descending));
        }
        self.versions(rows).await
    }
}

fn of(all: &[(i64, String)], id: i64) -> Vec<&str> {
    all.iter().filter(|(of, _)| *of == id).map(|(_, text)| text.as_str()).collect()
}

/// A version under every name that filters have for it.
fn version(row: &VersionRow, tags: &[(i64, String)], aliases: &[(i64, String)]) -> Value {
    let (tags, aliases) = (of(tags, row.artifact_id), of(aliases, row.membership_id));
    let metadata: Value = row.metadata.as_deref().and_then(|text| history::json::parse(text).ok()).unwrap_or_default();
    json!({
        "id": row.artifact_id, "name": row.collection.name, "state": row.state, "digest": row.digest,
        "version": row.version.map(|v| format!("v{v}")), "versionIndex": row.version, "description": row.description,
        "tag": tags, "tags": tags, "alias": aliases, "aliases": aliases, "metadata": metadata, "size": row.bytes,
        "fileCount": row.file_count, "createdAt": rfc3339(row.created_at), "updatedAt": rfc3339(row.updated_at),
    })
}

/// The collections that a filter admits, in order.
pub(super) fn collections(
    mut rows: Vec<CollectionRow>,
    tags: &[(i64, String)],
    filters: Option<&str>,
    wanted: Option<&str>,
) -> Result<Vec<CollectionRow>, Error> {
    let filter = DocumentFilter::parse(filters.unwrap_or_default())?;
    let document = |row: &CollectionRow| {
        let tags = of(tags, row.id);
        json!({
            "id": row.id, "name": row.name, "description": row.description, "type": row.type_name, "kind": row.kind,
            "tag": tags, "tags": tags, "createdAt": rfc3339(row.created_at), "updatedAt": rfc3339(row.updated_at),
        })
    };
    rows.retain(|row| filter.admits_all() || filter.admits(&document(row)));
    if let Some((descending, key)) = order(wanted) {
        let by = |row: &CollectionRow| document(row).get(key).cloned().unwrap_or_default();
        check_key(&json!({"name": 0, "createdAt": 0, "updatedAt": 0, "type": 0}), key)?;
        rows.sort_by(|a, b| sorted(compare(&by(a), &by(b)), descending));
    }
    Ok(rows)
}

/// Whether descending, and by what: `-created_at`, `+version_index`, `name`.
fn order(text: Option<&str>) -> Option<(bool, &'static str)> {
    let text = text.filter(|text| !text.is_empty())?;
    let key = match text.trim_start_matches(['+', '-']) {
        "version_index" | "versionIndex" | "version" => "versionIndex",
        "created_at" | "createdAt" => "createdAt",
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

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

fn sorted(ordering: Ordering, descending: bool) -> Ordering {
    if descending { ordering.reverse() } else { ordering }
}
