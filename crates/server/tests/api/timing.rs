//! How long an answer takes must not tell whether a thing is there. A measurement, not an assertion:
//! `cargo nextest run -p server -E 'test(timing)' --run-ignored all --no-capture`

use std::time::{Duration, Instant};

use serde_json::json;

use super::leaks;
use crate::support::{TestServer, on_every_database};

const PAIRS: usize = 1000;

#[tokio::test]
#[ignore = "a measurement of a minute"]
async fn hidden_and_missing_take_the_same_time() {
    on_every_database(async |server: TestServer| {
        let stranger = leaks::build(&server).await.swap_remove(0).1;
        let questions = [
            ("entity", "qx-hidden/qy-present", "qx-nobody/qy-present"),
            ("project", "qx-hidden/qy-present", "qx-hidden/qy-missing"),
            ("run", "qx-hidden/qy-present", "qx-hidden/qy-present"),
        ];
        for (what, there, missing) in questions {
            let mut times = [Vec::new(), Vec::new()];
            for pair in 0..PAIRS + 50 {
                // Whichever comes second finds warm caches, so they take turns.
                for side in [pair % 2, 1 - pair % 2] {
                    let path = [there, missing][side];
                    let run = if what == "run" && side == 1 { "qz-missing" } else { "qz-present" };
                    let body = json!({ "files": {} });
                    let start = Instant::now();
                    let answer = stranger.post(&format!("/files/{path}/{run}/file_stream"), body).await;
                    let took = start.elapsed();
                    assert_eq!(answer.status, 403);
                    if pair >= 50 {
                        times[side].push(took);
                    }
                }
            }
            let p = rank_test(&times[0], &times[1]);
            let [there, missing] = times.map(median);
            println!("{what}: hidden {there:?}, missing {missing:?}, p = {p:.3}");
        }
    })
    .await;
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Two-sided Mann-Whitney test, by its normal approximation.
#[allow(clippy::cast_precision_loss, reason = "thousands")]
fn rank_test(a: &[Duration], b: &[Duration]) -> f64 {
    let mut all: Vec<_> = a.iter().map(|t| (t, true)).chain(b.iter().map(|t| (t, false))).collect();
    all.sort();
    let (n, m) = (a.len() as f64, b.len() as f64);
    let ranks: usize = all.iter().enumerate().filter(|(_, (_, of_a))| *of_a).map(|(rank, _)| rank + 1).sum();
    let z = (ranks as f64 - n * (n + m + 1.0) / 2.0) / (n * m * (n + m + 1.0) / 12.0).sqrt();
    // The tail of the normal distribution, by a series that is good to four digits (Abramowitz and Stegun 26.2.17).
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series = [0.319_381_53, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let sum: f64 = series.iter().rev().fold(0.0, |sum, c| (sum + c) * t);
    2.0 * sum * (-z * z / 2.0).exp() / std::f64::consts::TAU.sqrt()
}
