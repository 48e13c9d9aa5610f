//! Looking for registries, collections and versions over the whole organization.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::artifacts::{self, ArtifactVersion, CollectionKind, CollectionRow, VersionRow};
use crate::clock::rfc3339;
use crate::db::sql;
use crate::policy::{Allowed, Project, Read, Session};
use crate::runs::DocumentFilter;
use crate::{Error, Problem};

/// Which collections of which registries.
#[derive(Clone, Debug, Default)]
pub struct RegistryCollectionQuery {
    /// A filter over registries, in the client's language.
    pub registries: Option<String>,
    /// A filter over collections.
    pub filters: Option<String>,
    /// Only of these kinds; none: any.
    pub kinds: Vec<CollectionKind>,
    /// `+name`, `-createdAt` …
    pub order: Option<String>,
}

/// Which versions of which collections of which registries.
#[derive(Clone, Debug, Default)]
pub struct RegistryVersionQuery {
    /// A filter over registries.
    pub registries: Option<String>,
    /// A filter over collections.
    pub collections: Option<String>,
    /// A filter over versions.
    pub filters: Option<String>,
    /// `-created_at`, `artifact_size`, `linked_at` …; default: the one linked last first.
    pub order: Option<String>,
}

impl Session {
    /// The name of the organization's entity.
    pub async fn organization(&self) -> Result<String, Error> {
        let text = "SELECT name FROM entity WHERE kind = 'organization'";
        let (name,): (String,) = sql(text).one(self.db()).await?;
        Ok(name)
    }

    /// The registries that the caller may read and that a filter admits, by name unless another order is asked for.
    pub async fn registries(
        &self,
        filters: Option<&str>,
        order: Option<&str>,
    ) -> Result<Vec<Allowed<Read, Project>>, Error> {
        let mut all = self.readable_projects(Some(&self.organization().await?)).await?;
        all.sort_by(|a, b| a.resource().name.cmp(&b.resource().name));
        select(all, filters, order)
    }

    /// The collections of registries that filters admit.
    pub async fn registry_collections(
        &self,
        query: RegistryCollectionQuery,
    ) -> Result<Vec<(Allowed<Read, Project>, CollectionRow)>, Error> {
        let registries = by_id(self.registries(query.registries.as_deref(), None).await?);
        let ids: Vec<i64> = registries.keys().copied().collect();
        let mut rows = artifacts::collections_of(self, &ids, query.filters.as_deref(), query.order.as_deref()).await?;
        rows.retain(|row| query.kinds.is_empty() || query.kinds.contains(&row.kind()));
        let of = |row: CollectionRow| registries.get(&row.project_id()).map(|project| (project.clone(), row));
        Ok(rows.into_iter().filter_map(of).collect())
    }

    /// The versions in registries that filters admit, each with its registry.
    pub async fn registry_versions(
        &self,
        query: RegistryVersionQuery,
    ) -> Result<Vec<(Allowed<Read, Project>, VersionRow)>, Error> {
        let registries = by_id(self.registries(query.registries.as_deref(), None).await?);
        let ids: Vec<i64> = registries.keys().copied().collect();
        let mut rows = artifacts::versions_of(self, &ids, query.filters.as_deref(), query.order.as_deref()).await?;
        if query.collections.is_some() {
            let kept = artifacts::collections_of(self, &ids, query.collections.as_deref(), None).await?;
            let kept: std::collections::HashSet<i64> = kept.into_iter().map(|row| row.id).collect();
            rows.retain(|row| kept.contains(&row.collection.id));
        }
        let of = |row: VersionRow| registries.get(&row.collection.project_id()).map(|project| (project.clone(), row));
        Ok(rows.into_iter().filter_map(of).collect())
    }
}

impl Allowed<Read, Project> {
    /// A version of one of this project's collections, from its row.
    pub async fn version(&self, row: VersionRow) -> Result<Option<ArtifactVersion>, Error> {
        Ok(self.versions(vec![row]).await?.pop())
    }

    fn document(&self) -> Value {
        let project = self.resource();
        json!({
            "id": project.id, "projectId": project.id, "name": project.name, "entityId": project.entity_id,
            "description": project.description, "createdAt": rfc3339(project.created_at),
            "updatedAt": rfc3339(project.updated_at),
        })
    }
}

fn by_id(registries: Vec<Allowed<Read, Project>>) -> HashMap<i64, Allowed<Read, Project>> {
    registries.into_iter().map(|project| (project.resource().id, project)).collect()
}

/// Those that a filter admits, in order.
fn select(
    mut all: Vec<Allowed<Read, Project>>,
    filters: Option<&str>,
    order: Option<&str>,
) -> Result<Vec<Allowed<Read, Project>>, Error> {
    let filter = DocumentFilter::parse(filters.unwrap_or_default())?;
    all.retain(|project| filter.admits_all() || filter.admits(&project.document()));
    if let Some(order) = order.filter(|order| !order.is_empty()) {
        match order.trim_start_matches(['+', '-']) {
            "name" => all.sort_by(|a, b| a.resource().name.cmp(&b.resource().name)),
            "created_at" | "createdAt" => all.sort_by_key(|project| project.resource().created_at),
            "updated_at" | "updatedAt" => all.sort_by_key(|project| project.resource().updated_at),
            _ => return Err(Error::Invalid(Problem::BadOrder { text: order.to_owned() })),
        }
        if order.starts_with('-') {
            all.reverse();
        }
    }
    Ok(all)
}
