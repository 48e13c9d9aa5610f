//! Changing a sweep: its state (`wandb sweep --pause`, `--resume`, `--stop`, `--cancel`), its name, its config.

use super::config::SweepConfig;
use super::row;
use crate::db::{Arg, Tx, sql};
use crate::live::Change;
use crate::model::{RunState, SweepState};
use crate::policy::{Allowed, Run, Sweep, Update};
use crate::runs::{self, free_text};
use crate::{Error, Problem, Thing, audit};

/// What to change; `None` leaves a field as it is.
#[derive(Clone, Debug, Default)]
pub struct SweepEdit {
    /// The state to be in.
    pub state: Option<SweepState>,
    /// YAML or JSON; its method stays what it was.
    pub config: Option<String>,
    /// The name people read.
    pub display_name: Option<String>,
    /// Text under its title.
    pub description: Option<String>,
}

impl Allowed<Update, Sweep> {
    /// Changes it. Cancelling also asks what runs to stop, and ends what has not begun.
    pub async fn edit(&self, edit: SweepEdit) -> Result<(), Error> {
        let (domain, sweep) = (self.domain(), self.resource());
        let now = domain.clock().now();
        let mut columns: Vec<(&'static str, Arg)> = Vec::new();
        for (column, what, text, most) in [
            ("display_name", Thing::DisplayName, edit.display_name, 1024),
            ("description", Thing::Description, edit.description, 1 << 20),
        ] {
            columns.extend(free_text(what, text, most)?.map(|text| (column, text.into())));
        }
        let mut tx = domain.db().begin().await?;
        let row = row::lock(&mut tx, sweep.id, now).await?;
        if let Some(config) = edit.config {
            if SweepConfig::parse(&config)?.method != row.config()?.method {
                return Err(Error::Invalid(Problem::SweepMethodFixed));
            }
            columns.extend([("config", config.into()), ("exhausted", false.into())]);
        }
        let mut ended = Vec::new();
        if let Some(to) = edit.state {
            check(&sweep.path().to_string(), row.state()?, to)?;
            columns.push(("state", to.as_str().into()));
            match to {
                SweepState::Running => columns.push(("exhausted", false.into())),
                SweepState::Canceled => ended = self.end_runs(&mut tx).await?,
                _ => {}
            }
            audit::done(&mut tx, self.session(), "sweep:update", &format!("{} {to}", sweep.path())).await?;
        }
        columns.dedup_by_key(|(column, _)| *column);
        if !columns.is_empty() {
            let set: Vec<_> = columns.iter().zip(2..).map(|((column, _), n)| format!("{column} = ${n}")).collect();
            let text = format!("UPDATE sweep SET {} WHERE id = $1", set.join(", "));
            sql(text).bind(sweep.id).bind_all(columns.into_iter().map(|(_, value)| value)).run(&mut tx).await?;
        }
        tx.commit().await?;
        for (id, name, state) in ended {
            let state: RunState = state.parse()?;
            let run = Run { id, project: sweep.project.clone(), name, owner: None, state, generation: 0 };
            runs::tell(domain, &run, state, vec![Change::State]);
        }
        Ok(())
    }

    /// Their id, name and state now.
    async fn end_runs(&self, tx: &mut Tx) -> Result<Vec<(i64, String, String)>, Error> {
        let (sweep, now) = (self.resource(), self.domain().clock().now());
        let text = "UPDATE run SET stop_requested = TRUE, updated_at = $1, \
                    finished_at = CASE WHEN state = 'pending' THEN $1 ELSE finished_at END, \
                    state = CASE WHEN state = 'pending' THEN 'killed' ELSE state END \
                    WHERE project_id = $2 AND sweep = $3 AND deleted_at IS NULL \
                    AND state IN ('pending', 'running', 'preempting') RETURNING id, name, state";
        sql(text).bind(now).bind(sweep.project.id).bind(&sweep.name).all(tx).await
    }
}

/// Whether the state can become the other one.
fn check(sweep: &str, from: SweepState, to: SweepState) -> Result<(), Error> {
    let fits = match to {
        SweepState::Pending => from == SweepState::Pending,
        SweepState::Running => true,
        SweepState::Paused => !from.is_over(),
        SweepState::Finished | SweepState::Canceled => !from.is_over() || from == to,
    };
    if fits {
        Ok(())
    } else {
        Err(Error::Conflict(Problem::SweepStateChange { sweep: sweep.to_owned(), state: from, to }))
    }
}
