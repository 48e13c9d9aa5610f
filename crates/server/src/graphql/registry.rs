//! What a project is as a registry, and who is in it.

use std::sync::Arc;

use domain::policy::Operation;
use domain::registry::{PREFIX, RegistryTeam};
use domain::teams::Member;

use super::entity::EntityNode;
use super::permission::{At, permission};
use super::project::ProjectNode;
use super::{Ctx, NoArgs, Output, Payload, Resolved, Resolvers, ids};
use crate::Error;

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.object::<ProjectNode>()
        .field("registry", registry)
        .field("allowAllArtifactTypesInRegistry", |p, _: NoArgs, _| async move {
            Ok(p.0.registry().await?.is_none_or(|registry| registry.all_types))
        })
        .field("members", |p, _: NoArgs, _| async move {
            Ok(p.0.members().await?.into_iter().map(member).collect::<Vec<_>>())
        })
        .field("teamMembers", teams);
}

async fn registry(p: Arc<ProjectNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let Some(details) = p.0.registry().await? else { return Ok(None) };
    let (path, name) = (p.path(), p.0.resource().name.clone());
    let may = async |operation| permission(&ctx, operation, At::Project(&path)).await;
    Ok(Some(
        Payload::new("Registry")
            .with("name", name.strip_prefix(PREFIX).unwrap_or(&name))
            .with("collections", details.collections)
            .with("versions", details.versions)
            .with("bytes", details.bytes as f64)
            .with("protectedAliases", details.protected_aliases)
            .with("mayLink", may(Operation::ArtifactCreate).await?)
            .with("mayUpdate", may(Operation::ArtifactUpdate).await?)
            .with("mayManage", may(Operation::ProjectUpdate).await?),
    ))
}

fn role(name: String) -> Payload {
    Payload::new("Role").with("name", name)
}

fn member(m: Member) -> Payload {
    Payload::new("ProjectMember")
        .with("id", ids::encode("User", m.id))
        .with("username", m.name.clone())
        .with("name", m.full_name.unwrap_or(m.name))
        .with("email", m.email)
        .with("role", role(m.role))
}

async fn teams(p: Arc<ProjectNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut teams = Vec::new();
    for team in p.0.registry_teams().await? {
        let node = team_of(&ctx, &team).await?;
        teams.push(Payload::new("ProjectTeamMember").with("team", node).with("role", role(team.role)));
    }
    Ok(teams)
}

/// The team; to whoever may not look into it, its name alone.
async fn team_of(ctx: &Ctx, team: &RegistryTeam) -> Result<Resolved, Error> {
    let asked = (team.name.clone(), String::new(), String::new());
    if ctx.session.explain(Operation::TeamRead, asked).await?.is_allowed() {
        return Ok(EntityNode::load(ctx, team.name.clone()).await?.into_resolved());
    }
    let mut name_alone = Payload::new("Entity")
        .with("id", ids::encode("Entity", team.id))
        .with("name", team.name.clone())
        .with("isTeam", true)
        .with("entityType", "team")
        .with("defaultAccess", "PRIVATE")
        .with("storageBytes", 0_i64)
        .with("members", Vec::<Payload>::new());
    for no in ["available", "readOnly", "readOnlyAdmin", "privateOnly", "codeSavingEnabled", "isPaid"] {
        name_alone = name_alone.with(no, false);
    }
    Ok(name_alone.into_resolved())
}
