//! Console lines.

use std::sync::Arc;

use domain::runs::{LogLine, LogQuery, LogSearch};
use serde::Deserialize;

use super::RunNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("logLineCount", |n, _: NoArgs, _| async move { Ok(n.run.log_line_count().await?) })
        .field("logLines", log_lines)
        .field("logRange", log_range)
        .field("logMatches", log_matches)
        .field("logPlaceAt", |n, at: Step, _| async move { Ok(n.run.log_place_at(at.step).await?) });
}

#[derive(Deserialize)]
struct Lines {
    first: Option<i64>,
    after: Option<String>,
    last: Option<i64>,
}

async fn log_lines(n: Arc<RunNode>, args: Lines, _: Ctx) -> Result<impl Output, Error> {
    let count = |n: i64| u32::try_from(n).unwrap_or(0);
    let query = LogQuery {
        first: args.first.map(count),
        after: args.after.filter(|after| !after.is_empty()),
        last: args.last.map(count),
    };
    let page = n.run.log_lines(query).await?;
    let items = page.lines.into_iter().map(|line| (line.cursor(), payload(line))).collect();
    Ok(Connection { items, has_next_page: page.has_next, total: None })
}

#[derive(Deserialize)]
struct Matches {
    search: Option<String>,
    errors: Option<bool>,
}

impl Matches {
    fn search(self) -> LogSearch {
        LogSearch { pattern: self.search, errors: self.errors.unwrap_or_default() }
    }
}

#[derive(Deserialize)]
struct LinesFrom {
    from: i64,
    first: i64,
    #[serde(flatten)]
    matches: Matches,
}

#[derive(Deserialize)]
struct Step {
    step: i64,
}

async fn log_range(n: Arc<RunNode>, args: LinesFrom, _: Ctx) -> Result<impl Output, Error> {
    let place = |n: i64| usize::try_from(n).unwrap_or(0);
    let lines = n.run.log_range(place(args.from), place(args.first), args.matches.search()).await?;
    Ok(lines.into_iter().map(payload).collect::<Vec<_>>())
}

async fn log_matches(n: Arc<RunNode>, args: Matches, _: Ctx) -> Result<impl Output, Error> {
    Ok(n.run.log_matches(args.search()).await?)
}

fn payload(line: LogLine) -> Payload {
    Payload::new("LogLine")
        .with("number", line.number)
        .with("timestamp", line.timestamp)
        .with("level", line.level)
        .with("label", line.label)
        .with("line", line.line)
}
