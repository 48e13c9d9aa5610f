//! Collections and versions over all registries of the organization; nothing of other entities.

use std::sync::Arc;

use domain::artifacts::CollectionKind;
use domain::registry::{RegistryCollectionQuery, RegistryVersionQuery};
use serde::Deserialize;

use super::EntityNode;
use crate::Error;
use crate::graphql::artifact::{MembershipNode, collection};
use crate::graphql::{Connection, Ctx, Output, Page, Resolved};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Collections {
    project_filters: Option<String>,
    filters: Option<String>,
    collection_types: Option<Vec<String>>,
    order: Option<String>,
    #[serde(flatten)]
    page: Page,
}

pub(super) async fn collections(entity: Arc<EntityNode>, args: Collections, ctx: Ctx) -> Result<impl Output, Error> {
    if !entity.is_organization() {
        return Ok(args.page.of(Vec::<Resolved>::new()));
    }
    let kinds = args.collection_types.unwrap_or_default();
    let kinds = kinds.iter().map(|kind| kind.to_lowercase().parse::<CollectionKind>()).collect::<Result<_, _>>()?;
    let query =
        RegistryCollectionQuery { registries: args.project_filters, filters: args.filters, kinds, order: args.order };
    let found = ctx.session.registry_collections(query).await?;
    Ok(args.page.of(found.into_iter().map(|(project, row)| collection(project, row)).collect()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Versions {
    project_filters: Option<String>,
    collection_filters: Option<String>,
    filters: Option<String>,
    order: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// Where a version comes from is looked up for the page alone.
pub(super) async fn versions(entity: Arc<EntityNode>, args: Versions, ctx: Ctx) -> Result<impl Output, Error> {
    let mut page = Connection { items: Vec::new(), has_next_page: false, total: Some(0) };
    if !entity.is_organization() {
        return Ok(page);
    }
    let query = RegistryVersionQuery {
        registries: args.project_filters,
        collections: args.collection_filters,
        filters: args.filters,
        order: args.order,
    };
    let found = args.page.of(ctx.session.registry_versions(query).await?);
    page.has_next_page = found.has_next_page;
    page.total = found.total;
    for (cursor, (project, row)) in found.items {
        if let Some(version) = project.version(row).await? {
            page.items.push((cursor, MembershipNode::new(version)));
        }
    }
    Ok(page)
}
