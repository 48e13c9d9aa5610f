//! What a run is doing, as far as anybody can know: the state it told, judged by its last sign of life.

use std::time::Duration;

use crate::clock::Micros;
use crate::live::Change;
use crate::model::RunState;
use crate::policy::{Allowed, Run, Update};
use crate::{Domain, Error, Problem};

/// The state to show: a run that should be sending and has been silent for longer than `timeout` has crashed, or was
/// preempted when it had said that it might be. Every read uses this; the background job only writes it through.
pub fn effective_state(
    state: RunState,
    preempting: bool,
    heartbeat_at: Micros,
    now: Micros,
    timeout: Duration,
) -> RunState {
    let silent = heartbeat_at < now - i64::try_from(timeout.as_micros()).unwrap_or(i64::MAX / 4);
    match state {
        RunState::Running | RunState::Preempting if silent && preempting => RunState::Preempted,
        RunState::Running | RunState::Preempting if silent => RunState::Crashed,
        state => state,
    }
}

/// Runs whose last sign of life is older than this are silent.
pub(crate) fn silent_before(domain: &Domain) -> Micros {
    domain.clock().now() - i64::try_from(domain.config().heartbeat_timeout.as_micros()).unwrap_or(i64::MAX / 4)
}

impl Allowed<Update, Run> {
    /// Sets the state by hand: to `pending` from running, failed, crashed or preempted; to `failed` from pending or
    /// running. Never for a run of a sweep, which its sweep controls.
    pub async fn update_state(&self, to: RunState) -> Result<(), Error> {
        let from: &[RunState] = match to {
            RunState::Pending => &[RunState::Running, RunState::Failed, RunState::Crashed, RunState::Preempted],
            RunState::Failed => &[RunState::Pending, RunState::Running],
            _ => return Err(Error::Invalid(Problem::StateNotSettable { to })),
        };
        let (domain, now) = (self.domain(), self.domain().clock().now());
        let mut tx = domain.db().begin().await?;
        let run = super::row::lock(&mut tx, self.resource().id, now).await?;
        let state = run.effective_state(domain)?;
        if run.sweep.is_some() {
            return Err(Error::Invalid(Problem::StateOfSweep));
        }
        if !from.contains(&state) {
            let run = self.resource().path().to_string();
            return Err(Error::Invalid(Problem::StateChange { run, state, to }));
        }
        let finished = (to == RunState::Failed).then_some(now);
        let columns = vec![
            ("state", to.as_str().into()),
            ("finished_at", finished.into()),
            ("heartbeat_at", now.into()),
            ("preempting", false.into()),
        ];
        super::row::set(&mut tx, run.id, columns).await?;
        tx.commit().await?;
        super::tell(domain, self.resource(), to, vec![Change::State]);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;

    #[test]
    fn silence_is_judged_for_live_runs_only() {
        let timeout = Duration::from_secs(60);
        let judge = |state, preempting, age_s: i64| {
            effective_state(state, preempting, 1_000_000_000, 1_000_000_000 + age_s * 1_000_000, timeout)
        };
        assert_eq!(judge(RunState::Running, false, 60), RunState::Running);
        assert_eq!(judge(RunState::Running, false, 61), RunState::Crashed);
        assert_eq!(judge(RunState::Running, true, 61), RunState::Preempted);
        assert_eq!(judge(RunState::Preempting, true, 60), RunState::Preempting);
        assert_eq!(judge(RunState::Preempting, true, 61), RunState::Preempted);
        for state in [RunState::Pending, RunState::Finished, RunState::Failed, RunState::Killed, RunState::Crashed] {
            assert_eq!(judge(state, true, 9999), state);
        }
    }

    #[tokio::test]
    async fn silent_runs_crash_and_come_back() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            lab.clock().advance(Duration::from_secs(299));
            lab.domain.run_due_jobs().await.unwrap();
            assert_eq!(lab.state("r1").await, "running");
            lab.clock().advance(Duration::from_secs(20));
            lab.domain.run_due_jobs().await.unwrap();
            assert_eq!(lab.state("r1").await, "crashed");
            run.append(Default::default()).await.unwrap();
            assert_eq!(lab.state("r1").await, "running");
        }
    }

    #[tokio::test]
    async fn only_the_allowed_changes_by_hand() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            assert!(matches!(run.update_state(RunState::Finished).await, Err(Error::Invalid { .. })));
            run.update_state(RunState::Pending).await.unwrap();
            run.update_state(RunState::Failed).await.unwrap();
            assert!(matches!(run.update_state(RunState::Failed).await, Err(Error::Invalid { .. })));
            run.update_state(RunState::Pending).await.unwrap();
            run.append(Default::default()).await.unwrap();
            assert_eq!(lab.state("r1").await, "running", "a pending run that sends has started");
            lab.clock().advance(Duration::from_secs(301));
            run.update_state(RunState::Pending).await.expect("a silent run counts as crashed");
        }
    }
}
