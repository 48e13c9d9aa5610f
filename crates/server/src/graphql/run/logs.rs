//! Console lines.

use std::sync::Arc;

use domain::runs::{LogLine, LogQuery};
use serde::Deserialize;

use super::RunNode;
use crate::Error;
use crate::graphql::{Connection, Ctx, NoArgs, Output, Payload, Resolvers};

pub(super) fn register(r: &mut Resolvers) {
    r.object::<RunNode>()
        .field("logLineCount", |n, _: NoArgs, _| async move { Ok(n.run.console_line_count().await?) })
        .field("logLines", log_lines);
}

#[derive(Deserialize)]
struct Lines {
    first: Option<i64>,
    after: Option<String>,
    last: Option<i64>,
}

/// The cursor of a line is its number.
async fn log_lines(n: Arc<RunNode>, args: Lines, _: Ctx) -> Result<impl Output, Error> {
    let count = |n: i64| usize::try_from(n).unwrap_or(0);
    let after = args.after.filter(|a| !a.is_empty()).map(|a| a.parse::<i64>());
    let after = after.transpose().map_err(|_| Error::BadRequest("The cursor is not of a list of lines.".to_owned()))?;
    let page = n.run.console(LogQuery { first: args.first.map(count), after, last: args.last.map(count) }).await?;
    let items = page.lines.into_iter().map(|line| (line.number.to_string(), payload(line))).collect();
    Ok(Connection { items, has_next_page: page.has_next, total: None })
}

fn payload(line: LogLine) -> Payload {
    Payload::new("LogLine")
        .with("number", line.number)
        .with("timestamp", line.timestamp)
        .with("level", line.level)
        .with("label", line.label)
        .with("line", line.text)
}
