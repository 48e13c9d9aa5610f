//! Custom roles.

use std::sync::Arc;

use domain::model::Role;
use domain::policy::Operation;
use domain::roles::{CustomRole, RoleDraft};
use serde::Deserialize;

use super::Administration;
use crate::Error;
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<Administration>().field("customRoles", list).get("actions", |_| {
        Operation::ALL.iter().filter(|action| action.can_be_added()).map(|action| action.as_str()).collect::<Vec<_>>()
    });
    r.mutation("saveCustomRole", save);
    r.mutation("deleteCustomRole", delete);
}

async fn list(org: Arc<Administration>, _: NoArgs, _: Ctx) -> Result<impl Output, Error> {
    let payload = |role: CustomRole| {
        Payload::new("CustomRole")
            .with("id", ids::encode("CustomRole", role.id))
            .with("name", role.name)
            .with("base", role.base.as_str())
            .with("adds", role.adds.iter().map(|action| action.as_str()).collect::<Vec<_>>())
            .with("members", role.members)
    };
    Ok(org.0.custom_roles().await?.into_iter().map(payload).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct Save {
    id: Option<String>,
    name: String,
    base: String,
    adds: Vec<String>,
}

async fn save(input: Save, ctx: Ctx) -> Result<impl Output, Error> {
    let org = Administration::load(&ctx).await?;
    let draft = RoleDraft {
        id: input.id.map(|id| ids::decode_number("CustomRole", &id)).transpose()?,
        name: input.name,
        base: input.base.parse::<Role>()?,
        adds: input.adds.iter().map(|action| action.parse::<Operation>()).collect::<Result<_, _>>()?,
    };
    org.0.save_role(draft).await?;
    Ok(Payload::new("SaveCustomRolePayload").with("administration", org))
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

async fn delete(input: ById, ctx: Ctx) -> Result<impl Output, Error> {
    let org = Administration::load(&ctx).await?;
    org.0.delete_role(ids::decode_number("CustomRole", &input.id)?).await?;
    Ok(Payload::new("DeleteCustomRolePayload").with("administration", org))
}
