//! Whether the caller may do one thing here: for buttons that are disabled and explain themselves.

use domain::model::{ArtifactPath, EntityPath, ProjectPath, RunPath, SweepPath, ViewPath};
use domain::policy::Operation;

use super::{Ctx, Payload};
use crate::Error;

/// What a permission is asked about.
pub enum At<'a> {
    /// An entity.
    Entity(&'a EntityPath),
    /// A project.
    Project(&'a ProjectPath),
    /// A run.
    Run(&'a RunPath),
    /// A sweep.
    Sweep(&'a SweepPath),
    /// A workspace or report.
    View(&'a ViewPath),
    /// An artifact.
    Artifact(&'a ArtifactPath),
}

/// The type `Permission`: the policy's own decision, in words where it is no.
pub async fn permission(ctx: &Ctx, operation: Operation, at: At<'_>) -> Result<Payload, Error> {
    let asked = match at {
        At::Entity(p) => (p.0.clone(), String::new(), String::new()),
        At::Project(p) => (p.entity.clone(), p.project.clone(), String::new()),
        At::Run(p) => (p.entity.clone(), p.project.clone(), p.run.clone()),
        At::Sweep(p) => (p.entity.clone(), p.project.clone(), p.sweep.clone()),
        At::View(p) => (p.entity.clone(), p.project.clone(), p.view.clone()),
        At::Artifact(p) => (p.entity.clone(), p.project.clone(), p.artifact.clone()),
    };
    let decision = ctx.session.explain(operation, asked).await?;
    let reason = decision.denied().map(|denied| Error::from(domain::Error::from(denied)).answer(&ctx.voice()).message);
    Ok(Payload::new("Permission").with("allowed", reason.is_none()).with("reason", reason))
}
