//! Many runs of one project, each decided by itself.

use super::decide::decide;
use super::load::{RUN_COLUMNS, RUN_FROM, RunRow};
use super::operation::On;
use super::proof::Allowed;
use super::resource::{Project, Resource, Run};
use super::session::Session;
use super::{Denied, Read};
use crate::Error;
use crate::db::{placeholders, sql};

/// The proofs for those of some runs that the policy allowed, and why not for the others.
#[derive(Debug)]
pub(crate) struct Each<A> {
    /// By id.
    pub allowed: Vec<Allowed<A, Run>>,
    /// Ids.
    pub refused: Vec<i64>,
    /// The first denial of every kind: recorded and audited, as any.
    pub reasons: Vec<Denied>,
}

impl Allowed<Read, Project> {
    /// Asks for `A` on each of these runs; ids that are none of the project's are passed over.
    pub(crate) async fn allow_each<A: On<Run>>(&self, ids: &[i64]) -> Result<Each<A>, Error> {
        let session: &Session = self.session();
        let (mut facts, _) = session.load(A::OPERATION, Project::asked(&self.resource().path())).await?;
        let mut each = Each { allowed: Vec::new(), refused: Vec::new(), reasons: Vec::new() };
        for ids in ids.chunks(5000) {
            let of = placeholders(2, ids.len());
            let text = format!(
                "SELECT {RUN_COLUMNS} {RUN_FROM} WHERE r.project_id = $1 AND r.id IN ({of}) AND r.deleted_at IS NULL ORDER BY r.id"
            );
            let rows = sql(text).bind(self.resource().id).bind_all(ids.iter().copied());
            for row in rows.all::<RunRow>(session.db()).await? {
                let (object, run) = row.take(session, self.resource().clone())?;
                facts.object = Some(object);
                facts.asked.2.clone_from(&run.name);
                let causes = decide(A::OPERATION, &facts).causes;
                let known = causes.first().is_some_and(|cause| {
                    each.reasons.iter().any(|denied: &Denied| denied.first().code() == cause.code())
                });
                if known {
                    each.refused.push(run.id);
                    continue;
                }
                match session.settle(A::OPERATION, &facts).await {
                    Ok(()) => each.allowed.push(Allowed::new(session.clone(), run)),
                    Err(Error::Denied(denied)) => {
                        each.refused.push(run.id);
                        each.reasons.push(*denied);
                    }
                    Err(e) => return Err(e),
                }
            }
        }
        Ok(each)
    }
}
