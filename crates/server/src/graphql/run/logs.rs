//! Console lines.

use std::sync::Arc;

use domain::runs::{LogLine, LogQuery};
use serde::Deserialize;

use super::RunNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("logLineCount", |n, _: NoArgs, _| async move { Ok(n.run.log_line_count().await?) })
        .field("logLines", log_lines);
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

fn payload(line: LogLine) -> Payload {
    Payload::new("LogLine")
        .with("number", line.number)
        .with("timestamp", line.timestamp)
        .with("level", line.level)
        .with("label", line.label)
        .with("line", line.line)
}
