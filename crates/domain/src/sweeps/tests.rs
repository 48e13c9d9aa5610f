//! Sweeps as agents work for them.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::db::sql;
use crate::model::{ProjectPath, SweepPath, SweepState};
use crate::policy::{Allowed, Place, Project, Read, RunAgent, Session, StartSweep, Sweep, Update};
use crate::runs::StreamUpdate;
use crate::testing::{Lab, summary};
use crate::{Error, Problem};

const GRID: &str = "method: grid\nprogram: train.py\nparameters:\n  lr: {values: [0.1, 0.2]}\n  n: {min: 1, max: 2}\n";

struct Bench {
    lab: Lab,
    path: SweepPath,
}

impl Bench {
    async fn all(config: &str) -> Vec<Self> {
        let mut all = Vec::new();
        for lab in Lab::all().await {
            let made = create(&lab.alice, config).await.unwrap();
            all.push(Self { path: made.sweep.path(), lab });
        }
        all
    }

    async fn proof(&self) -> Allowed<RunAgent, Sweep> {
        self.lab.alice.allow::<RunAgent, Sweep>(&self.path).await.unwrap()
    }

    async fn agent(&self) -> i64 {
        self.proof().await.create_agent("vm").await.unwrap().id
    }

    async fn ask(&self, agent: i64, running: &[&str]) -> Vec<Command> {
        let running: Vec<String> = running.iter().map(|run| (*run).to_owned()).collect();
        self.proof().await.heartbeat(agent, &running).await.unwrap()
    }

    /// The run and config that an idle agent gets.
    async fn work(&self, agent: i64) -> (String, Value) {
        match self.ask(agent, &[]).await.as_slice() {
            [Command::Run { run, args, .. }] => (run.clone(), Value::Object(args.clone())),
            other => panic!("{other:?}"),
        }
    }

    /// What the client does with a run that it got.
    async fn begin(&self, run: &str) {
        self.lab.init(run, |upsert| upsert.change.sweep = Some(self.path.sweep.clone())).await;
    }

    async fn finish(&self, run: &str) {
        self.begin(run).await;
        let end = StreamUpdate { complete: true, exitcode: Some(0), ..Default::default() };
        self.lab.run(run).await.append(end).await.unwrap();
    }

    async fn edit(&self, state: SweepState) -> Result<(), Error> {
        let sweep = self.lab.alice.allow::<Update, Sweep>(&self.path).await.unwrap();
        sweep.edit(SweepEdit { state: Some(state), ..SweepEdit::default() }).await
    }

    async fn details(&self) -> SweepDetails {
        let project = self.lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        project.sweep(&self.path.sweep).await.unwrap().unwrap()
    }
}

async fn create(session: &Session, config: &str) -> Result<SweepMade, Error> {
    let place = session.allow::<StartSweep, Place>(&ProjectPath::new("team", "p").place()).await?;
    place.create_sweep(NewSweep { config: config.to_owned(), ..NewSweep::default() }).await
}

#[tokio::test]
async fn a_grid_is_used_up_and_the_sweep_ends() {
    for bench in Bench::all(GRID).await {
        let new = bench.details().await;
        assert_eq!((new.state, new.runs, new.runs_expected), (SweepState::Pending, 0, Some(4)));
        let agent = bench.agent().await;
        assert_eq!(bench.details().await.state, SweepState::Running);
        let mut points = Vec::new();
        for _ in 0..4 {
            let (run, args) = bench.work(agent).await;
            assert_eq!(bench.lab.state(&run).await, "pending");
            assert_eq!(bench.ask(agent, &[&run]).await, [], "a busy agent gets nothing");
            bench.finish(&run).await;
            points.push((args["lr"]["value"].as_f64().unwrap(), args["n"]["value"].as_i64().unwrap()));
        }
        assert_eq!(points, [(0.1, 1), (0.1, 2), (0.2, 1), (0.2, 2)]);
        assert_eq!(bench.ask(agent, &[]).await, [Command::Exit]);
        let done = bench.details().await;
        assert_eq!((done.state, done.runs), (SweepState::Finished, 4));
    }
}

#[tokio::test]
async fn agents_at_once_never_get_the_same_point() {
    for bench in Bench::all("{method: grid, parameters: {n: {min: 1, max: 12}}}").await {
        let mut agents = Vec::new();
        for _ in 0..4 {
            agents.push(bench.agent().await);
        }
        let mut seen = BTreeSet::new();
        for _ in 0..3 {
            let asked = agents.iter().map(|agent| bench.work(*agent));
            for (run, args) in futures::future::join_all(asked).await {
                assert!(seen.insert(args["n"]["value"].as_i64().unwrap()), "twice: {args}");
                bench.finish(&run).await;
            }
        }
        assert_eq!(seen.len(), 12);
    }
}

#[tokio::test]
async fn a_run_whose_agent_has_gone_is_handed_to_the_next() {
    for bench in Bench::all("{method: grid, parameters: {n: {values: [1]}}}").await {
        let (gone, other) = (bench.agent().await, bench.agent().await);
        let (run, args) = bench.work(gone).await;
        assert_eq!(bench.ask(other, &[]).await, [], "nothing else is left, and the run may still begin");
        bench.lab.clock().advance(Duration::from_secs(61));
        assert_eq!(bench.work(other).await, (run.clone(), args));
        bench.finish(&run).await;
        assert_eq!(bench.ask(other, &[]).await, [Command::Exit]);
        assert_eq!(bench.details().await.state, SweepState::Finished);
    }
}

#[tokio::test]
async fn a_run_that_never_begins_is_tried_twice() {
    for bench in Bench::all("{method: grid, parameters: {n: {values: [1, 2]}}}").await {
        let agent = bench.agent().await;
        let (first, _) = bench.work(agent).await;
        bench.lab.clock().advance(Duration::from_secs(1));
        let (second, _) = bench.work(agent).await;
        assert_eq!(bench.ask(agent, &[]).await, []);
        bench.lab.clock().advance(Duration::from_secs(61));
        assert_eq!(bench.work(agent).await.0, first);
        assert_eq!(bench.work(agent).await.0, second);
        bench.lab.clock().advance(Duration::from_secs(61));
        assert_eq!(bench.ask(agent, &[]).await, [Command::Exit]);
        assert_eq!(bench.lab.state(&first).await, "failed");
    }
}

#[tokio::test]
async fn a_preempted_run_is_gone_on_with() {
    for bench in Bench::all("{method: grid, parameters: {n: {values: [1]}}}").await {
        let agent = bench.agent().await;
        let (run, args) = bench.work(agent).await;
        bench.begin(&run).await;
        let preempting = StreamUpdate { preempting: true, ..Default::default() };
        bench.lab.run(&run).await.append(preempting).await.unwrap();
        bench.lab.clock().advance(Duration::from_secs(301));
        bench.lab.domain.run_due_jobs().await.unwrap();
        assert_eq!(bench.lab.state(&run).await, "preempted");
        match bench.ask(agent, &[]).await.as_slice() {
            [Command::Resume { run: again, args: same, .. }] => {
                assert_eq!((again, Value::Object(same.clone())), (&run, args));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn random_draws_stop_at_the_cap() {
    let config = "{method: random, run_cap: 3, parameters: {lr: {min: 0.0, max: 1.0}, k: {values: [a, b]}}}";
    for bench in Bench::all(config).await {
        assert_eq!(bench.details().await.runs_expected, Some(3));
        let agent = bench.agent().await;
        let mut drawn = Vec::new();
        for _ in 0..3 {
            let (run, args) = bench.work(agent).await;
            bench.finish(&run).await;
            drawn.push(args["lr"]["value"].as_f64().unwrap());
        }
        assert!(drawn.iter().all(|lr| (0.0..1.0).contains(lr)) && drawn[0] != drawn[1] && drawn[1] != drawn[2]);
        assert_eq!(bench.ask(agent, &[]).await, [Command::Exit]);
    }
}

#[tokio::test]
async fn the_same_seed_draws_the_same() {
    let mut first = None;
    for bench in Bench::all("{method: random, parameters: {lr: {min: 0.0, max: 1.0}}}").await {
        let text = "UPDATE sweep SET seed = $1";
        sql(text).bind(vec![7u8; 32]).run(bench.lab.domain.db()).await.unwrap();
        let agent = bench.agent().await;
        let drawn = [bench.work(agent).await.1, bench.work(agent).await.1];
        assert_ne!(drawn[0], drawn[1]);
        assert_eq!(*first.get_or_insert(drawn.clone()), drawn);
    }
}

#[tokio::test]
async fn paused_stopped_and_cancelled() {
    for bench in Bench::all(GRID).await {
        let (busy, idle) = (bench.agent().await, bench.agent().await);
        let (run, _) = bench.work(busy).await;
        bench.begin(&run).await;
        bench.edit(SweepState::Paused).await.unwrap();
        assert_eq!(bench.ask(idle, &[]).await, []);
        bench.edit(SweepState::Running).await.unwrap();
        let (waiting, _) = bench.work(idle).await;
        bench.edit(SweepState::Finished).await.unwrap();
        assert_eq!(bench.ask(busy, &[&run]).await, [], "what runs goes on");
        let error = bench.edit(SweepState::Paused).await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Problem::SweepStateChange { .. })), "{error}");
        let error = bench.proof().await.create_agent("vm").await.unwrap_err();
        assert!(matches!(error, Error::Conflict(Problem::SweepOver { .. })), "{error}");
        bench.edit(SweepState::Running).await.unwrap();
        bench.edit(SweepState::Canceled).await.unwrap();
        assert_eq!(bench.ask(busy, &[&run]).await, [Command::Exit]);
        assert_eq!(bench.lab.state(&waiting).await, "killed");
        let told = bench.lab.run(&run).await.append(StreamUpdate::default()).await.unwrap();
        assert!(told.stopped, "the run itself is told too");
    }
}

#[tokio::test]
async fn a_run_that_is_asked_to_stop_is_named_to_its_agent() {
    for bench in Bench::all(GRID).await {
        let agent = bench.agent().await;
        let (run, _) = bench.work(agent).await;
        bench.begin(&run).await;
        bench.lab.allow::<crate::policy::Stop>(&run).await.unwrap().stop().await.unwrap();
        for _ in 0..2 {
            assert_eq!(bench.ask(agent, &[&run]).await, [Command::Stop { run: run.clone() }]);
        }
        assert!(matches!(bench.ask(agent, &[]).await.as_slice(), [Command::Run { .. }]));
    }
}

#[tokio::test]
async fn the_best_value_and_the_target() {
    let config = "{method: random, metric: {name: val.loss, goal: minimize, target: 0.2}, parameters: {n: {value: 1}}}";
    for bench in Bench::all(config).await {
        let agent = bench.agent().await;
        let project = bench.lab.alice.allow::<Read, Project>(&ProjectPath::new("team", "p")).await.unwrap();
        assert_eq!(project.best_loss(&bench.path.sweep, config).await.unwrap(), None);
        for (loss, best) in
            [(r#"{"val":{"loss":0.5}}"#, 0.5), (r#"{"val.loss":0.7}"#, 0.5), (r#"{"val.loss":0.2}"#, 0.2)]
        {
            let (run, _) = bench.work(agent).await;
            bench.begin(&run).await;
            bench.lab.run(&run).await.append(summary(loss)).await.unwrap();
            bench.finish(&run).await;
            assert_eq!(project.best_loss(&bench.path.sweep, config).await.unwrap(), Some(best));
        }
        assert_eq!(bench.ask(agent, &[]).await, [Command::Exit]);
        assert_eq!(bench.details().await.state, SweepState::Finished);
    }
}

#[tokio::test]
async fn earlier_runs_belong_to_it_and_their_points_are_taken() {
    for lab in Lab::all().await {
        let config = Some(r#"{"n":{"value":1}}"#.to_owned());
        lab.init("before", |upsert| upsert.change.config = config).await;
        let place = lab.alice.allow::<StartSweep, Place>(&ProjectPath::new("team", "p").place()).await.unwrap();
        let new = NewSweep {
            config: "{method: grid, parameters: {n: {values: [1, 2]}}}".to_owned(),
            prior_runs: Some(r#"{"$or":[{"name":"before"}]}"#.to_owned()),
            ..NewSweep::default()
        };
        let path = place.create_sweep(new).await.unwrap().sweep.path();
        let bench = Bench { lab, path };
        assert_eq!(bench.details().await.runs, 1);
        let agent = bench.agent().await;
        assert_eq!(bench.work(agent).await.1, json!({ "n": { "value": 2 } }));
    }
}

#[tokio::test]
async fn a_wrong_config_makes_nothing() {
    for lab in Lab::all().await {
        for (config, code) in [
            ("", "SWEEP_NOT_OBJECT"),
            ("a: [", "SWEEP_NOT_YAML"),
            ("parameters: {n: {value: 1}}", "SWEEP_METHOD_MISSING"),
            ("{method: anneal, parameters: {n: {value: 1}}}", "SWEEP_METHOD"),
            ("{method: bayes, parameters: {n: {value: 1}}}", "SWEEP_METHOD"),
            ("{method: grid}", "SWEEP_NO_PARAMETERS"),
            ("{method: grid, parameters: {lr: {min: 0.1, max: 0.2}}}", "SWEEP_GRID"),
            ("{method: random, parameters: {n: {value: 1}}, run_cap: 0}", "SWEEP_RUN_CAP"),
            ("{method: random, parameters: {n: {value: 1}}, metric: loss}", "SWEEP_METRIC"),
            ("{method: random, parameters: {n: {value: 1}}, metric: {name: l, goal: less}}", "SWEEP_GOAL"),
            ("{method: random, parameters: {n: {value: 1}}, early_terminate: {type: hyperband}}", "SWEEP_OPTION"),
            ("{method: random, parameters: {n: {value: 1}}, controller: {type: local}}", "SWEEP_OPTION"),
            ("{method: grid, parameters: {n: {value: !secret [ls]}}}", "SWEEP_NOT_YAML"),
        ] {
            match create(&lab.alice, config).await {
                Err(Error::Invalid(problem)) => assert_eq!(problem.code(), code, "{config}"),
                other => panic!("{config}: {other:?}"),
            }
        }
        assert_eq!(lab.count("sweep").await, 0);
        // Texts that repeat themselves do not fill the memory.
        let mut bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for n in 1..30 {
            let again = vec![format!("*a{}", n - 1); 9].join(",");
            bomb.push_str(&format!("a{n}: &a{n} [{again}]\n"));
        }
        assert!(matches!(create(&lab.alice, &bomb).await, Err(Error::Invalid(Problem::SweepNotYaml { .. }))));
        let deep = format!("{{method: grid, parameters: {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(matches!(create(&lab.alice, &deep).await, Err(Error::Invalid(Problem::TooMany { .. }))));
    }
}

#[tokio::test]
async fn only_who_may() {
    for bench in Bench::all(GRID).await {
        let lab = &bench.lab;
        for session in [&lab.victor, &lab.mallory] {
            assert!(matches!(create(session, GRID).await, Err(Error::Denied(_))));
            assert!(matches!(session.allow::<RunAgent, Sweep>(&bench.path).await, Err(Error::Denied(_))));
            assert!(matches!(session.allow::<Update, Sweep>(&bench.path).await, Err(Error::Denied(_))));
        }
        let org = lab.domain.operator().allow::<crate::policy::Administer, crate::policy::Org>(&()).await.unwrap();
        let team = crate::model::EntityPath("team".to_owned());
        let team = org.session().allow::<crate::policy::Administer, crate::policy::Entity>(&team).await.unwrap();
        team.set_member("mallory", crate::model::Role::Member).await.unwrap();
        assert!(lab.mallory.allow::<RunAgent, Sweep>(&bench.path).await.is_ok(), "any member may run agents");
        assert!(matches!(lab.mallory.allow::<Update, Sweep>(&bench.path).await, Err(Error::Denied(_))), "own only");
    }
}

#[tokio::test]
async fn a_sweep_that_is_elsewhere_is_named_to_who_may_see_it() {
    for bench in Bench::all(GRID).await {
        let lab = &bench.lab;
        let code = |error: Error| match error {
            Error::Denied(denied) => (denied.first().code(), denied.first().args()),
            other => panic!("{other}"),
        };
        let wrong = SweepPath::new("alice", "other", &bench.path.sweep);
        let (reason, args) = code(lab.alice.allow::<RunAgent, Sweep>(&wrong).await.unwrap_err());
        assert_eq!(reason, "SWEEP_OWNER_MISMATCH");
        let arg = |name: &str| args.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()).unwrap();
        assert_eq!((arg("place"), arg("used")), ("team/p".to_owned(), "alice/other".to_owned()));
        assert_eq!(arg("path"), bench.path.to_string());
        let place = crate::model::RunPath::new("alice", "other", "r1");
        let (reason, _) = code(lab.alice.allow_in_sweep(&place, &bench.path.sweep).await.unwrap_err());
        assert_eq!(reason, "SWEEP_OWNER_MISMATCH");
        // A viewer sees where it is, and that the admins can let them run agents of it.
        let wrong = SweepPath::new("victor", "other", &bench.path.sweep);
        let (reason, args) = code(lab.victor.allow::<RunAgent, Sweep>(&wrong).await.unwrap_err());
        assert_eq!(reason, "SWEEP_OWNER_MISMATCH");
        assert!(args.iter().any(|(key, value)| *key == "path" && value.is_empty()), "{args:?}");
        // Who may not see it is told the same as of one that is not there.
        let told = async |sweep: &str| {
            let wrong = SweepPath::new("mallory", "other", sweep);
            let (reason, args) = code(lab.mallory.allow::<RunAgent, Sweep>(&wrong).await.unwrap_err());
            (reason, format!("{args:?}").replace(sweep, "SWEEP"))
        };
        assert_eq!(told(&bench.path.sweep).await, told("nothing1").await);
        let place = crate::model::RunPath::new("mallory", "other", "r1");
        for sweep in [bench.path.sweep.as_str(), "nothing1"] {
            lab.mallory.allow_in_sweep(&place, sweep).await.unwrap();
        }
    }
}
