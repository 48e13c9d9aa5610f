//! Moving runs to another project of the same entity, with all they have.

use super::{Asked, Held};
use crate::db::{Tx, placeholders, sql};
use crate::live::Change;
use crate::model::{ProjectName, ProjectPath};
use crate::policy::{Allowed, Place, Project, Read, Run, Session, Submit};
use crate::trash::{name_taken, taken};
use crate::{Domain, Error, Problem, projects, runs};

/// Where runs go, before the transaction: the caller may submit runs there.
pub(super) struct Goal(Allowed<Submit, Place>);

/// The project that they go to.
pub(super) struct Target {
    pub project: Project,
}

impl Allowed<Read, Project> {
    /// The place for runs of this project that the name means.
    pub(super) async fn target(&self, name: &str) -> Result<Goal, Error> {
        let (here, name) = (self.resource(), ProjectName::new(name.trim())?);
        let path = ProjectPath::new(&here.entity, name.as_str());
        let place = self.session().allow::<Submit, Place>(&path.place()).await?;
        let there = place.resource();
        if there.entity_id != here.entity_id {
            let target = format!("{}/{}", there.entity, there.name);
            return Err(Error::Invalid(Problem::MoveAway { target, entity: here.entity.clone() }));
        }
        if there.project.as_ref().is_some_and(|project| project.id == here.id) {
            return Err(Error::Invalid(Problem::MoveHere { project: here.path().to_string() }));
        }
        Ok(Goal(place))
    }
}

impl Goal {
    /// The project, made where there is none; a dry run forgets it with its transaction.
    pub async fn make(self, tx: &mut Tx) -> Result<Target, Error> {
        let (session, place): (&Session, &Place) = (self.0.session(), self.0.resource());
        if let Some(project) = &place.project {
            return Ok(Target { project: project.clone() });
        }
        let project = projects::made(tx, session, place).await?;
        let project = project.ok_or_else(|| Error::Busy("the project was made at the same moment".to_owned()))?;
        Ok(Target { project })
    }
}

impl Target {
    /// Those of the runs that can move: not those that are still being written, nor those whose name is taken there.
    pub async fn admit(
        &self,
        tx: &mut Tx,
        from: &Allowed<Read, Project>,
        held: Vec<Held>,
        asked: &mut Asked,
    ) -> Result<Vec<Held>, Error> {
        let taken = taken(tx, self.project.id, held.iter().map(|run| run.name.as_str())).await?;
        let (mut admitted, mut live, mut same) = (Vec::new(), None, None);
        for run in held {
            if from.is_live(&run)? {
                asked.refused.insert(run.id);
                live = live.or(Some(Error::Conflict(Problem::RunNotEnded { run: run.name })));
            } else if taken.contains(&run.name) {
                asked.refused.insert(run.id);
                same = same.or(Some(name_taken(&run.name, &self.project.path().to_string())));
            } else {
                admitted.push(run);
            }
        }
        asked.reasons.extend(live.into_iter().chain(same));
        Ok(admitted)
    }

    /// Takes the runs over. They leave their sweep, which stays; where they were leads to where they are.
    pub async fn take(&self, tx: &mut Tx, from: &Allowed<Read, Project>, held: &[Held]) -> Result<(), Error> {
        if held.is_empty() {
            return Ok(());
        }
        let ids = || held.iter().map(|run| run.id);
        let these = placeholders(1, held.len());
        for text in [
            format!("DELETE FROM sweep_run WHERE run_id IN ({these})"),
            format!(
                "INSERT INTO run_moved (project_id, name, run_id) SELECT project_id, name, id FROM run WHERE id IN ({these}) \
                 ON CONFLICT (project_id, name) DO UPDATE SET run_id = excluded.run_id"
            ),
        ] {
            sql(text).bind_all(ids()).run(&mut *tx).await?;
        }
        let from_second = placeholders(2, held.len());
        for text in [
            format!("UPDATE run SET project_id = $1, sweep = NULL WHERE id IN ({from_second})"),
            format!("DELETE FROM run_moved WHERE project_id = $1 AND run_id IN ({from_second})"),
        ] {
            sql(text).bind(self.project.id).bind_all(ids()).run(&mut *tx).await?;
        }
        tracing::info!(from = %from.resource().path(), to = %self.project.path(), runs = held.len(), "moved");
        Ok(())
    }

    /// Tells who listens there, after the commit.
    pub fn tell<'a>(&self, domain: &Domain, moved: impl Iterator<Item = &'a Run>) {
        for run in moved {
            let run = Run { project: self.project.clone(), ..run.clone() };
            runs::tell(domain, &run, run.state, vec![Change::Created]);
        }
    }
}
