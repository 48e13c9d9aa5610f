//! Parts of the console output of a run that one process after another writes.
//!
//! Clients before 0.16.4 count console lines from 0 again when they resume a run. Each further process is then a writer of
//! its own, `+1`, `+2`, …, whose lines come after all before. The time of its first line says which part a chunk belongs
//! to, so what is sent again, by a retry or `wandb sync`, finds its old place.

use super::store::{StreamRow, next_base};
use super::{Chunk, StreamKind};
use crate::Error;
use crate::db::{Tx, sql};

/// Another process begins to write: what it sends from line 0 on is a new part, unless nothing was printed before.
pub(in crate::runs) async fn open(tx: &mut Tx, run_id: i64, generation: i64) -> Result<(), Error> {
    let text = "SELECT client, next_line FROM stream WHERE run_id = $1 AND generation = $2 AND kind = $3 \
                AND (client = '' OR client LIKE '+%') ORDER BY base";
    let kind = StreamKind::Console;
    let parts: Vec<(String, i64)> = sql(text).bind(run_id).bind(generation).bind(kind.as_str()).all(&mut *tx).await?;
    if parts.last().is_none_or(|(_, next_line)| *next_line == 0) {
        return Ok(());
    }
    let base = next_base(tx, run_id, generation, kind).await?;
    sql("INSERT INTO stream (run_id, generation, kind, client, next_line, gaps, base) VALUES ($1, $2, $3, $4, 0, '[]', $5)")
        .bind(run_id)
        .bind(generation)
        .bind(kind.as_str())
        .bind(format!("+{}", parts.len()))
        .bind(base)
        .run(tx)
        .await
        .map(drop)
}

/// The place of the part, of all in order, that the chunk belongs to: the one that began with its first line, else the last one that
/// began before. A part without any line yet takes what begins at its beginning.
pub(super) fn pick<'a>(parts: impl Iterator<Item = &'a StreamRow>, chunk: &Chunk) -> Option<usize> {
    let parts: Vec<&StreamRow> = parts.collect();
    let begins = |part: &&StreamRow| chunk.offset == part.start && part.origin.is_some() && part.origin == chunk.origin;
    let follows = |part: &&StreamRow| match (&part.origin, &chunk.origin) {
        (None, _) => chunk.offset == part.start,
        (Some(began), Some(time)) => time >= began,
        (Some(_), None) => true,
    };
    let place = parts.iter().position(begins).or_else(|| parts.iter().rposition(follows)).unwrap_or(0);
    (place < parts.len()).then_some(place)
}

#[cfg(test)]
mod tests {
    use crate::runs::LogQuery;
    use crate::testing::{Lab, console};

    const FIRST: [&str; 3] = ["2026-11-21T10:00:00.1 a", "2026-11-21T10:00:01.1 b", "2026-11-21T10:00:02.1 c"];
    const SECOND: [&str; 2] = ["2026-11-21T11:00:00.1 d", "2026-11-21T11:00:01.1 e"];

    /// An `init` of a client before 0.16.4 whose process began at `time`.
    async fn init(lab: &Lab, time: f64) {
        lab.init("r1", |upsert| {
            upsert.resumes_untold = true;
            upsert.change.config = Some(format!(r#"{{"_wandb":{{"value":{{"start_time":{time}}}}}}}"#));
        })
        .await;
    }

    async fn send(lab: &Lab, offset: i64, lines: &[&str]) {
        let run = lab.allow::<crate::policy::Update>("r1").await.unwrap();
        run.append(console(offset, lines)).await.unwrap();
    }

    async fn shown(lab: &Lab) -> String {
        let run = lab.allow::<crate::policy::Read>("r1").await.unwrap();
        let lines = run.log_lines(LogQuery::default()).await.unwrap().lines;
        assert!(lines.iter().zip(0..).all(|(line, place)| line.number == place), "{lines:?}");
        lines.iter().map(|line| line.line.as_str()).collect::<Vec<_>>().join(" ")
    }

    #[tokio::test]
    async fn a_resumed_process_that_counts_from_0_overwrites_nothing_and_a_replay_doubles_nothing() {
        for lab in Lab::all().await {
            init(&lab, 1000.0).await;
            send(&lab, 0, &FIRST).await;
            init(&lab, 2000.0).await;
            init(&lab, 2000.0).await;
            send(&lab, 0, &SECOND[..1]).await;
            assert_eq!(shown(&lab).await, "a b c d");
            send(&lab, 1, &SECOND[1..]).await;
            send(&lab, 1, &["2026-11-21T11:00:09.1 e 100%"]).await;
            assert_eq!(shown(&lab).await, "a b c d e 100%");
            // `wandb sync` of the first process, in two requests, then of the second.
            init(&lab, 1000.0).await;
            send(&lab, 0, &FIRST[..1]).await;
            send(&lab, 1, &FIRST[1..]).await;
            assert_eq!(shown(&lab).await, "a b c d e 100%");
            init(&lab, 2000.0).await;
            send(&lab, 0, &SECOND).await;
            assert_eq!(shown(&lab).await, "a b c d e");
            init(&lab, 3000.0).await;
            send(&lab, 0, &["2026-11-21T12:00:00.1 f"]).await;
            assert_eq!(shown(&lab).await, "a b c d e f");
            let run = lab.allow::<crate::policy::Read>("r1").await.unwrap();
            assert_eq!(run.log_line_count().await.unwrap(), 6);
        }
    }

    #[tokio::test]
    async fn an_edit_begins_no_part() {
        for lab in Lab::all().await {
            init(&lab, 1000.0).await;
            send(&lab, 0, &["2026-11-21T10:00:00.1 10%"]).await;
            // After a resume the client names a start that is earlier by what the run took before.
            for edit in [1000.0, 900.0] {
                init(&lab, edit).await;
                send(&lab, 0, &["2026-11-21T10:00:09.1 20%"]).await;
                assert_eq!(shown(&lab).await, "20%");
            }
        }
    }
}
