//! From a step of the history to the console: what was printed when it was logged.

use futures::TryStreamExt;
use history::{Batch, STEP};

use super::text;
use crate::Error;
use crate::policy::{Allowed, Read, Run};
use crate::runs::streams::StreamKind;

const TIME: &str = "_timestamp";
/// Steps that are looked at first: nearly always, one of them has a row.
const NEAR: i64 = 1000;

impl Allowed<Read, Run> {
    /// The place, from 0, of the first console line that was written when the row of this step, or of the first one after it,
    /// had been logged; the last line where all were written before. None without such a row, or without lines that tell their time.
    pub async fn log_place_at(&self, step: i64) -> Result<Option<i64>, Error> {
        let near = step..step.saturating_add(NEAR);
        let moment = match self.moment(near).await? {
            Some(moment) => Some(moment),
            None => self.moment(step..i64::MAX).await?,
        };
        let Some(moment) = moment else { return Ok(None) };
        let seen = move |batch: Batch| (first_since(&batch, moment), batch.len());
        let mut pieces = self.console(Some(&[STEP, "timestamp"]), seen).await?;
        let (mut before, mut last) = (0, None);
        while let Some((seen, len)) = pieces.try_next().await? {
            last = seen.last.map(|row| before + row).or(last);
            if seen.found {
                break;
            }
            before += len;
        }
        Ok(last.and_then(|place| i64::try_from(place).ok()))
    }

    /// When the first of the rows was logged, in seconds since 1970.
    async fn moment(&self, steps: std::ops::Range<i64>) -> Result<Option<f64>, Error> {
        let batch = self.load(StreamKind::History, Some(&[TIME]), Some(steps)).await?;
        Ok((0..batch.len()).find_map(|row| batch.value(row, TIME)?.as_f64()))
    }
}

/// The first line since a moment; where there is none, the last that tells its time.
struct Seen {
    last: Option<usize>,
    found: bool,
}

fn first_since(batch: &Batch, moment: f64) -> Seen {
    let column = batch.column("timestamp");
    let mut last = None;
    for row in 0..batch.len() {
        let Some(written) = text(column, row).and_then(|time| seconds(&time)) else { continue };
        last = Some(row);
        if written >= moment {
            return Seen { last, found: true };
        }
    }
    Seen { last, found: false }
}

/// The client writes times of lines as ISO 8601 in UTC, mostly without saying so.
fn seconds(text: &str) -> Option<f64> {
    let utc = if text.ends_with('Z') { text.to_owned() } else { format!("{text}Z") };
    let moment: jiff::Timestamp = utc.parse().or_else(|_| text.parse()).ok()?;
    Some(moment.as_microsecond() as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Lab, console, history};

    #[tokio::test]
    async fn a_step_leads_to_what_was_printed_then() {
        for lab in Lab::all().await {
            let run = lab.run("r").await;
            let read = lab.allow::<Read>("r").await.unwrap();
            assert_eq!(read.log_place_at(0).await.unwrap(), None);
            let at = |second: u32| jiff::Timestamp::from_second(1_764_000_000 + i64::from(second)).unwrap();
            let row = |step: u32, second: u32| format!(r#"{{"_step":{step},"_timestamp":{}}}"#, at(second).as_second());
            let rows = [row(0, 0), row(10, 10), row(5000, 20)];
            run.append(history(0, &[&rows[0], &rows[1], &rows[2]])).await.unwrap();
            assert_eq!(read.log_place_at(0).await.unwrap(), None, "no lines yet");
            let line = |second: u32, text: &str| format!("{} {text}", at(second).to_string().trim_end_matches('Z'));
            let lines = [line(0, "begin"), line(9, "before"), line(10, "ten"), line(15, "later"), line(19, "last")];
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            run.append(console(0, &lines)).await.unwrap();
            let mut found = Vec::new();
            for step in [0, 1, 10, 11, 5000, 5001] {
                found.push(read.log_place_at(step).await.unwrap());
            }
            assert_eq!(found, [Some(0), Some(2), Some(2), Some(4), Some(4), None]);
        }
    }
}
