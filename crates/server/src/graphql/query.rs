//! Root fields of `Query`.

mod recent;

use domain::model::ProjectPath;
use domain::policy::{ClientVersion, Place, Submit};
use serde::Deserialize;

use super::entity::EntityNode;
use super::project::{ProjectNode, default_entity};
use super::user::{UserNode, viewer};
use super::{Connection, Ctx, Json, NoArgs, Output, Page, Payload, Resolvers, organization};
use crate::Error;

/// Registers the fields.
pub fn register(r: &mut Resolvers) {
    r.query("viewer", |_: NoArgs, ctx| async move { viewer(&ctx).await });
    r.query("serverInfo", |_: NoArgs, _| async { Ok(server_info()) });
    r.query("project", project);
    // The old name of the same thing, which the client still uses for resuming.
    r.query("model", project_or_none);
    r.query("models", models);
    r.query("entity", entity);
    r.query("entities", entities);
    r.query("organization", organization);
    r.query("users", users);
    recent::register(r);
    r.query("artifact", |args: ById, ctx| async move { super::artifact::by_id(&ctx, &args.id).await });
    r.query(
        "artifactCollection",
        |args: ById, ctx| async move { super::artifact::collection_by_id(&ctx, &args.id).await },
    );
    r.query("clientIDMapping", client_id_mapping);
}

/// Switches of the client that this release honours; a name that is missing is off.
const FEATURES: &[&str] = &[
    "ARTIFACT_COLLECTIONS_FILTERING_SORTING",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILES",
    "ARTIFACT_COLLECTION_MEMBERSHIP_FILE_DOWNLOAD_HANDLER",
    "ARTIFACT_MEMBERSHIP_IN_LINK_ARTIFACT_RESPONSE",
    "ARTIFACT_REGISTRY_SEARCH",
    "ARTIFACT_TAGS",
    "ARTIFACT_V2_DOWNLOAD_HANDLER_SUPPORTS_ARTIFACT_ID",
    "CLIENT_IDS",
    "FILESTREAM_GZIP",
    "INCLUDE_ARTIFACT_TYPES_IN_REGISTRY_CREATION",
    "LARGE_FILENAMES",
    "PROJECT_ARTIFACT_COLLECTION_MEMBERSHIP",
    "STRUCTURED_CONSOLE_LOGS",
    "TOTAL_COUNT_IN_FILE_CONNECTION",
    "USE_ARTIFACT_WITH_ENTITY_AND_PROJECT_INFORMATION",
];

fn server_info() -> Payload {
    let feature = |name: &&str| Payload::new("ServerFeature").with("name", *name).with("isEnabled", true);
    let version = env!("CARGO_PKG_VERSION");
    let local = Payload::new("LocalVersionInfo")
        .with("outOfDate", false)
        .with("latestVersionString", version)
        .with("versionOnThisInstanceString", version);
    let client = serde_json::json!({ "max_cli_version": "99.0.0", "min_cli_version": "0.13.0" });
    Payload::new("ServerInfo")
        .with("features", FEATURES.iter().map(feature).collect::<Vec<_>>())
        .with("cliVersionInfo", Json(client))
        .with("latestLocalVersionInfo", local)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProjectArgs {
    entity_name: Option<String>,
    name: Option<String>,
}

async fn project(args: ProjectArgs, ctx: Ctx) -> Result<impl Output, Error> {
    if ctx.hints.measures_size {
        return Ok(None);
    }
    let path = ProjectPath::new(default_entity(&ctx, args.entity_name), args.name.unwrap_or_default());
    let found = ProjectNode::find(&ctx, path.clone()).await;
    if let (Ok(None), Some(sweep)) = (&found, &ctx.hints.sweep) {
        ctx.session.look_for_sweep(&path, sweep).await?;
    }
    found
}

/// The first client that ends when it is refused to resume.
const ENDS_WELL: ClientVersion = (0, 18, 0);

/// Resuming asks first and creates then. Where the caller may not create either, that is said at once: with `resume="must"`
/// the client would else say that there is no such run. Clients before 0.18 wait for ever when resuming is refused here.
async fn project_or_none(args: ProjectArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, args.entity_name);
    let path = ProjectPath::new(entity, args.name.unwrap_or_default());
    match ProjectNode::find(&ctx, path.clone()).await {
        Err(Error::Domain(domain::Error::Denied(denied))) if !denied.unauthenticated => {
            if ctx.hints.version.is_none_or(|version| version >= ENDS_WELL) {
                ctx.session.allow::<Submit, Place>(&path.place()).await?;
            }
            Ok(None)
        }
        other => other,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModelsArgs {
    entity_name: Option<String>,
    #[serde(flatten)]
    page: Page,
}

/// Projects of an entity. An entity without any project that the caller may read is asked of the policy, so that the
/// caller learns why there are none.
async fn models(args: ModelsArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let entity = default_entity(&ctx, args.entity_name);
    let all = ctx.session.readable_projects(Some(&entity)).await?;
    if all.is_empty() {
        EntityNode::load(&ctx, entity).await?;
    }
    Ok(args.page.of(all.into_iter().map(ProjectNode).collect()))
}

#[derive(Deserialize)]
struct EntityArgs {
    name: Option<String>,
}

/// Null for whatever the caller may not read: the client asks this after every init, where an error would be printed.
async fn entity(args: EntityArgs, ctx: Ctx) -> Result<impl Output, Error> {
    match EntityNode::load(&ctx, default_entity(&ctx, args.name)).await {
        Ok(entity) => Ok(Some(entity)),
        Err(Error::Domain(domain::Error::Denied(_) | domain::Error::NotFound { .. })) => Ok(None),
        Err(e) => Err(e),
    }
}

async fn entities(_: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let mut nodes = Vec::new();
    for entity in ctx.session.entities().await? {
        nodes.push(EntityNode::load(&ctx, entity.name).await?);
    }
    Ok(nodes)
}

#[derive(Deserialize)]
struct ById {
    id: String,
}

#[derive(Deserialize)]
struct ClientId {
    #[serde(rename = "clientID")]
    client_id: String,
}

/// Null until the artifact is known, and for whoever may not read it.
async fn client_id_mapping(args: ClientId, ctx: Ctx) -> Result<impl Output, Error> {
    let found = ctx.session.artifact_of_client(&args.client_id).await?;
    let id = |found: domain::artifacts::ArtifactVersion| domain::artifacts::encode_artifact_id(found.row.artifact_id);
    Ok(found.map(|found| Payload::new("ClientIDMapping").with("serverID", id(found))))
}

#[derive(Deserialize)]
struct OrganizationArgs {
    name: String,
}

async fn organization(args: OrganizationArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let known = ctx.session.user().is_some()
        && (args.name == organization::NAME || args.name == ctx.session.organization().await?);
    Ok(known.then_some(organization::OrganizationNode))
}

#[derive(Deserialize)]
struct UsersArgs {
    query: Option<String>,
}

async fn users(args: UsersArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let found = ctx.session.find_users(&args.query.unwrap_or_default()).await?;
    Ok(Connection::whole(found.into_iter().map(UserNode)))
}
