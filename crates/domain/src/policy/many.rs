//! Many runs of one project, each decided by itself.

use super::decide::decide;
use super::load::{RUN_COLUMNS, RUN_FROM, RunRow};
use super::operation::On;
use super::proof::Allowed;
use super::resource::{Project, Resource, Run};
use super::session::Session;
use super::{Cause, Denied, Facts, ObjectFacts, Read};
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

const DELETED: &str = "r.project_id = $1 AND r.deleted_at IS NOT NULL AND r.emptied_at IS NULL";
const LAST: &str = "ORDER BY r.deleted_at DESC, r.id DESC";

impl<A: On<Run>> Each<A> {
    /// Decides about one run.
    async fn add(&mut self, session: &Session, facts: &mut Facts, row: (ObjectFacts, Run)) -> Result<(), Error> {
        let (object, run) = row;
        facts.object = Some(object);
        facts.asked.2.clone_from(&run.name);
        let causes = decide(A::OPERATION, facts).causes;
        let known = |cause: &Cause| self.reasons.iter().any(|denied| denied.first().code() == cause.code());
        if causes.first().is_some_and(known) {
            self.refused.push(run.id);
            return Ok(());
        }
        match session.settle(A::OPERATION, facts).await {
            Ok(()) => self.allowed.push(Allowed::new(session.clone(), run)),
            Err(Error::Denied(denied)) => {
                self.refused.push(run.id);
                self.reasons.push(*denied);
            }
            Err(e) => return Err(e),
        }
        Ok(())
    }
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
                each.add(session, &mut facts, row.take(session, self.resource().clone())?).await?;
            }
        }
        Ok(each)
    }

    /// The same for runs in the trash by their names, the one deleted last first.
    pub(crate) async fn allow_each_deleted<A: On<Run>>(&self, names: &[String]) -> Result<Each<A>, Error> {
        let session: &Session = self.session();
        let (mut facts, _) = session.load(A::OPERATION, Project::asked(&self.resource().path())).await?;
        let mut each = Each { allowed: Vec::new(), refused: Vec::new(), reasons: Vec::new() };
        for names in names.chunks(5000) {
            let text = format!(
                "SELECT {RUN_COLUMNS} {RUN_FROM} WHERE {DELETED} AND r.name IN ({}) {LAST}",
                placeholders(2, names.len())
            );
            let rows = sql(text).bind(self.resource().id).bind_all(names.iter().cloned());
            for row in rows.all::<RunRow>(session.db()).await? {
                each.add(session, &mut facts, row.take(session, self.resource().clone())?).await?;
            }
        }
        Ok(each)
    }

    /// The runs in the trash for which the policy allows `A`, the one deleted last first. The others are passed over: who
    /// looks has asked for nothing that could be denied.
    pub(crate) async fn find_deleted<A: On<Run>>(&self) -> Result<Vec<Run>, Error> {
        let session: &Session = self.session();
        let (mut facts, _) = session.load(A::OPERATION, Project::asked(&self.resource().path())).await?;
        let rows = sql(format!("SELECT {RUN_COLUMNS} {RUN_FROM} WHERE {DELETED} {LAST}")).bind(self.resource().id);
        let mut found = Vec::new();
        for row in rows.all::<RunRow>(session.db()).await? {
            let (object, run) = row.take(session, self.resource().clone())?;
            facts.object = Some(object);
            facts.asked.2.clone_from(&run.name);
            if decide(A::OPERATION, &facts).is_allowed() {
                found.push(run);
            }
        }
        Ok(found)
    }
}
