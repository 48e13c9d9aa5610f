//! Making a sweep (`wandb.sweep`, `wandb sweep FILE`).

use super::config::{Method, SweepConfig};
use crate::db::{Tx, sql};
use crate::model::{ProjectPath, SweepState};
use crate::policy::{Allowed, Place, Project, Read, StartSweep, Sweep};
use crate::runs::{author, free_text};
use crate::{Error, Thing, audit};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct NewSweep {
    /// YAML or JSON.
    pub config: String,
    /// The name people read; none leaves the config's.
    pub display_name: Option<String>,
    /// Text under its title; none leaves the config's.
    pub description: Option<String>,
    /// The client's filter of runs that belong to the sweep from the start.
    pub prior_runs: Option<String>,
}

/// A sweep that was just made.
#[derive(Debug)]
pub struct SweepMade {
    /// Its project.
    pub project: Allowed<Read, Project>,
    /// It.
    pub sweep: Sweep,
}

impl Allowed<StartSweep, Place> {
    /// Makes the sweep, and its project when it is not there.
    pub async fn create_sweep(&self, new: NewSweep) -> Result<SweepMade, Error> {
        let (domain, place) = (self.domain(), self.resource());
        let config = SweepConfig::parse(&new.config)?;
        if place.project.is_none() {
            let mut tx = domain.db().begin().await?;
            crate::projects::insert(&mut tx, self.session(), place, None, None).await?;
            tx.commit().await?;
        }
        // As the policy sees it now: somebody else may have made it a moment ago.
        let path = ProjectPath::new(&place.entity, &place.name);
        let project = self.session().allow::<Read, Project>(&path).await?;
        let here = self.session().allow::<StartSweep, Place>(&path.place()).await?;
        let prior = match &new.prior_runs {
            Some(filter) => project.run_names(filter).await?,
            None => Vec::new(),
        };
        let mut tx = domain.db().begin().await?;
        let sweep = here.insert_sweep(&mut tx, project.resource(), &config, new).await?;
        for names in prior.chunks(500) {
            let text = format!(
                "UPDATE run SET sweep = $1 WHERE project_id = $2 AND sweep IS NULL AND deleted_at IS NULL AND name IN ({})",
                crate::db::placeholders(3, names.len())
            );
            sql(text).bind(&sweep.name).bind(sweep.project.id).bind_all(names).run(&mut tx).await?;
        }
        audit::done(&mut tx, self.session(), "sweep:create", &sweep.path().to_string()).await?;
        tx.commit().await?;
        Ok(SweepMade { project, sweep })
    }

    async fn insert_sweep(
        &self,
        tx: &mut Tx,
        project: &Project,
        config: &SweepConfig,
        new: NewSweep,
    ) -> Result<Sweep, Error> {
        let clock = self.domain().clock();
        let (id, name) = (clock.id()?, clock.token::<8>()?);
        let author = author(&mut *tx, self.session(), self.resource().entity_id).await?;
        let method = match config.method {
            Method::Grid => "grid",
            Method::Random => "random",
        };
        let text = "INSERT INTO sweep (id, project_id, name, user_id, submitted_by, display_name, description, state, \
                    method, config, seed, draws, exhausted, created_at, updated_at) \
                    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, FALSE, $12, $12)";
        sql(text)
            .bind(id)
            .bind(project.id)
            .bind(&name)
            .bind(author.user)
            .bind(author.service)
            .bind(free_text(Thing::DisplayName, new.display_name.or_else(|| config.name.clone()), 1024)?)
            .bind(free_text(Thing::Description, new.description.or_else(|| config.description.clone()), 1 << 20)?)
            .bind(SweepState::Pending.as_str())
            .bind(method)
            .bind(new.config)
            .bind(clock.bytes::<32>()?.to_vec())
            .bind(clock.now())
            .run(&mut *tx)
            .await?;
        sql("UPDATE project SET updated_at = $1 WHERE id = $2").bind(clock.now()).bind(project.id).run(tx).await?;
        Ok(Sweep { id, project: project.clone(), name })
    }
}
