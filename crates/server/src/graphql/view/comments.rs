//! What people say about a report.

use std::sync::Arc;

use domain::model::ViewPath;
use domain::policy::{Comment as Speak, Operation, Read, Update, View};
use domain::rfc3339;
use domain::views::{Comment, NewComment};
use serde::Deserialize;

use super::{ViewNode, find};
use crate::Error;
use crate::graphql::permission::{At, permission};
use crate::graphql::{Ctx, NoArgs, Output, Payload, Resolvers, ids};

pub(super) fn register(r: &mut Resolvers) {
    r.mutation("addViewComment", add);
    r.mutation("updateViewComment", change);
    r.mutation("deleteViewComment", delete);
    r.object::<ViewNode>().field("comments", comments);
}

async fn comments(v: Arc<ViewNode>, _: NoArgs, ctx: Ctx) -> Result<impl Output, Error> {
    let path = v.path();
    let mut all = Vec::new();
    for comment in ctx.session.allow::<Read, View>(&path).await?.comments().await? {
        all.push(payload(&ctx, &path, comment).await?);
    }
    Ok(all)
}

async fn payload(ctx: &Ctx, path: &ViewPath, comment: Comment) -> Result<Payload, Error> {
    let may_update = if comment.is_by(&ctx.session) {
        permission(ctx, Operation::ReportCreate, At::View(path)).await?
    } else {
        let problem = domain::Problem::CommentNotYours { user: comment.author.clone().unwrap_or_default() };
        let reason = Error::from(domain::Error::Conflict(problem)).answer(&ctx.voice()).message;
        Payload::new("Permission").with("allowed", false).with("reason", reason)
    };
    let id = |id: i64| ids::encode("ViewComment", id);
    Ok(Payload::new("ViewComment")
        .with("id", id(comment.id))
        .with("parent", comment.parent.map(id))
        .with("author", comment.author)
        .with("anchor", comment.anchor)
        .with("body", comment.body)
        .with("createdAt", rfc3339(comment.created_at))
        .with("updatedAt", rfc3339(comment.updated_at))
        .with("resolved", comment.resolved_at.is_some())
        .with("mayUpdate", may_update))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Add {
    view_id: String,
    body: String,
    anchor: Option<String>,
    parent: Option<String>,
}

async fn add(input: Add, ctx: Ctx) -> Result<impl Output, Error> {
    let path = find(&ctx, &input.view_id).await?;
    let parent = input.parent.map(|id| ids::decode_number("ViewComment", &id)).transpose()?;
    let new = NewComment { body: input.body, anchor: input.anchor, parent };
    let comment = ctx.session.allow::<Speak, View>(&path).await?.comment(new).await?;
    Ok(Payload::new("AddViewCommentPayload").with("comment", payload(&ctx, &path, comment).await?))
}

#[derive(Deserialize)]
struct Change {
    id: String,
    body: Option<String>,
    resolved: Option<bool>,
}

async fn change(input: Change, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ViewComment", &input.id)?;
    let path = ctx.session.comment_view(id).await?;
    let view = ctx.session.allow::<Speak, View>(&path).await?;
    let comment = view.change_comment(id, input.body, input.resolved).await?;
    Ok(Payload::new("UpdateViewCommentPayload").with("comment", payload(&ctx, &path, comment).await?))
}

#[derive(Deserialize)]
struct Remove {
    id: String,
}

/// One's own; those of others are removed by whoever may change the report.
async fn delete(input: Remove, ctx: Ctx) -> Result<impl Output, Error> {
    let id = ids::decode_number("ViewComment", &input.id)?;
    let path = ctx.session.comment_view(id).await?;
    if !ctx.session.allow::<Speak, View>(&path).await?.take_back_comment(id).await? {
        ctx.session.allow::<Update, View>(&path).await?.remove_comment(id).await?;
    }
    Ok(Payload::new("DeleteViewCommentPayload").with("success", true))
}
