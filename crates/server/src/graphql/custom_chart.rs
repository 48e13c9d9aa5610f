//! The type `CustomChart`: chart presets of an entity.

use std::sync::Arc;

use domain::custom_charts::{ChartSave, CustomChart, NewChart};
use domain::model::EntityPath;
use domain::policy::{Allowed, Entity, Operation, SaveChart};
use domain::{Thing, rfc3339};
use serde::Deserialize;

use super::entity::EntityNode;
use super::permission::{At, permission};
use super::{Ctx, NoArgs, Output, Payload, Resolvers};
use crate::Error;

pub fn register(r: &mut Resolvers) {
    r.query("customChart", custom_chart);
    r.mutation("createCustomChart", create);
    r.mutation("updateCustomChart", update);
    r.mutation("deleteCustomChart", delete);
    r.object::<EntityNode>()
        .field("customCharts", custom_charts)
        .field("mayCreateCustomChart", |e, _: NoArgs, ctx| async move {
            permission(&ctx, Operation::CustomChartSave, At::Entity(&e.path())).await
        });
}

async fn payload(ctx: &Ctx, chart: CustomChart) -> Result<Payload, Error> {
    let entity = EntityPath(chart.entity.clone());
    Ok(Payload::new("CustomChart")
        .with("id", chart.id())
        .with("name", chart.name)
        .with("displayName", chart.display_name)
        .with("type", chart.kind)
        .with("access", chart.access)
        .with("spec", chart.spec)
        .with("createdAt", rfc3339(chart.created_at))
        .with("mayUpdate", permission(ctx, Operation::CustomChartSave, At::Entity(&entity)).await?))
}

async fn custom_charts(entity: Arc<EntityNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut all = Vec::new();
    for chart in entity.0.custom_charts().await? {
        all.push(payload(&ctx, chart).await?);
    }
    Ok(all)
}

/// The two parts of `entity/name`.
fn parts(id: &str) -> Result<(&str, &str), Error> {
    let missing = || domain::Error::not_found(Thing::CustomChart, id.to_owned()).into();
    id.split_once('/').ok_or_else(missing)
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

async fn custom_chart(args: Id, ctx: Ctx) -> Result<impl Output, Error> {
    let (entity, name) = parts(&args.id)?;
    payload(&ctx, ctx.session.custom_chart(entity, name).await?).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Create {
    entity: String,
    name: String,
    display_name: String,
    #[serde(rename = "type")]
    kind: String,
    access: String,
    spec: String,
}

async fn create(input: Create, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = allowed(&ctx, &input.entity).await?;
    let new = NewChart {
        name: input.name,
        display_name: input.display_name,
        kind: input.kind.parse()?,
        access: input.access.parse()?,
        spec: input.spec,
    };
    let chart = entity.make_custom_chart(new).await?;
    Ok(Payload::new("CreateCustomChartPayload").with("chart", payload(&ctx, chart).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    id: String,
    display_name: Option<String>,
    access: Option<String>,
    spec: Option<String>,
}

async fn update(input: Update, ctx: Ctx) -> Result<impl Output, Error> {
    let (entity, name) = parts(&input.id)?;
    let access = input.access.map(|access| access.parse()).transpose()?;
    let save = ChartSave { display_name: input.display_name, access, spec: input.spec };
    let chart = allowed(&ctx, entity).await?.change_custom_chart(name, save).await?;
    Ok(Payload::new("UpdateCustomChartPayload").with("chart", payload(&ctx, chart).await?))
}

async fn delete(input: Id, ctx: Ctx) -> Result<impl Output, Error> {
    let (entity, name) = parts(&input.id)?;
    allowed(&ctx, entity).await?.delete_custom_chart(name).await?;
    Ok(Payload::new("DeleteCustomChartPayload").with("success", true))
}

async fn allowed(ctx: &Ctx, entity: &str) -> Result<Allowed<SaveChart, Entity>, Error> {
    Ok(ctx.session.allow::<SaveChart, Entity>(&EntityPath(entity.to_owned())).await?)
}
