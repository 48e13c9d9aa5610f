//! Requests for access.

use std::sync::Arc;

use domain::Thing;
use domain::denials::{AccessRequest, Answer};
use domain::model::{EntityPath, ProjectPath};
use domain::policy::Operation;
use domain::rfc3339;
use serde::Deserialize;

use super::DenialNode;
use super::explain::action_text;
use crate::Error;
use crate::graphql::permission::{At, permission};
use crate::graphql::{Ctx, NoArgs, Node, Output, Payload, Resolvers, ids};

/// A request that the viewer made, or may answer.
pub struct RequestNode(pub AccessRequest);

impl Node for RequestNode {
    const TYPE: &'static str = "AccessRequest";
}

pub(super) fn register(r: &mut Resolvers) {
    r.query("accessRequests", access_requests);
    r.mutation("requestAccess", request_access);
    r.mutation("answerAccessRequest", answer_access_request);
    r.object::<RequestNode>()
        .get("id", |q| ids::encode("AccessRequest", q.0.id))
        .get("reference", |q| q.0.reference.clone())
        .get("user", |q| q.0.user.clone())
        .get("action", |q| q.0.action.as_str())
        .get("target", |q| q.0.place())
        .get("entityName", |q| q.0.asked.0.clone())
        .get("projectName", |q| Some(q.0.asked.1.clone()).filter(|p| !p.is_empty()))
        .get("message", |q| q.0.message.clone())
        .get("roles", |q| q.0.roles())
        .get("state", |q| q.0.state.as_str())
        .get("role", |q| q.0.role.clone())
        .get("createdAt", |q| rfc3339(q.0.created_at))
        .get("answeredAt", |q| q.0.answered_at.map(rfc3339))
        .get("answeredBy", |q| q.0.answered_by.clone())
        .get("answer", |q| q.0.answer.clone())
        .field("actionText", |q: Arc<RequestNode>, _: NoArgs, ctx: Ctx| async move {
            Ok(action_text(ctx.voice().language, q.0.action, &q.0.place()))
        })
        .field("mayAnswer", may_answer);
}

/// Admins of the team may, and whoever may change the project.
async fn may_answer(node: Arc<RequestNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let (entity, project, _) = &node.0.asked;
    let team = EntityPath(entity.clone());
    let asked = (entity.clone(), String::new(), String::new());
    if project.is_empty() || ctx.session.explain(Operation::TeamUpdate, asked).await?.is_allowed() {
        return permission(&ctx, Operation::TeamUpdate, At::Entity(&team)).await;
    }
    permission(&ctx, Operation::ProjectUpdate, At::Project(&ProjectPath::new(entity, project))).await
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Which {
    entity_name: Option<String>,
    state: Option<String>,
}

async fn access_requests(args: Which, ctx: Ctx) -> Result<impl Output, Error> {
    let pending = match args.state.as_deref() {
        None | Some("pending") => Some(true),
        Some("answered") => Some(false),
        Some(_) => None,
    };
    let requests = ctx.session.answerable_requests(args.entity_name.as_deref(), pending).await?;
    Ok(requests.into_iter().map(RequestNode).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct RequestAccess {
    reference: String,
    message: Option<String>,
}

async fn request_access(input: RequestAccess, ctx: Ctx) -> Result<impl Output, Error> {
    let missing = || domain::Error::not_found(Thing::Denial, input.reference.clone());
    let denial = ctx.session.denial(&input.reference).await?.ok_or_else(missing)?;
    denial.ask(&ctx.session, input.message.as_deref()).await?;
    Ok(Payload::new("RequestAccessPayload").with("denial", DenialNode(denial)))
}

#[derive(Deserialize)]
struct AnswerRequest {
    id: String,
    approve: bool,
    role: Option<String>,
    answer: Option<String>,
}

async fn answer_access_request(input: AnswerRequest, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("AccessRequest", &input.id)?;
    let answer = Answer { approve: input.approve, role: input.role, text: input.answer };
    let request = ctx.session.answer_request(id, answer).await?;
    Ok(Payload::new("AnswerAccessRequestPayload").with("request", RequestNode(request)))
}
