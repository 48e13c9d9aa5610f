//! Reading the audit log.

use sqlx::FromRow;

use crate::db::{Arg, sql};
use crate::policy::{Allowed, Org, ReadAudit};
use crate::{Error, Micros};

/// One line of the log.
#[derive(Clone, Debug, FromRow)]
pub struct Event {
    /// Ascending with time; where the next page begins.
    pub id: i64,
    /// When.
    pub at: i64,
    /// User name, `operator`, `system` or `anonymous`.
    pub actor: String,
    /// `object:operation`
    pub action: String,
    /// To what.
    pub target: String,
    /// `done` or `denied`.
    pub outcome: String,
    /// Code of the first cause of a denial.
    pub reason: Option<String>,
    /// JSON.
    pub detail: Option<String>,
    /// Names the denial (`/e/REF`).
    pub reference: Option<String>,
    /// Network address of the caller.
    pub address: Option<String>,
    /// What the caller's program calls itself.
    pub client: Option<String>,
}

/// Which lines; none means any.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// By this user.
    pub actor: Option<String>,
    /// This action, or every one of an object (`run`).
    pub action: Option<String>,
    /// This target, or something below it.
    pub target: Option<String>,
    /// `done` or `denied`.
    pub outcome: Option<String>,
    /// Not before.
    pub after: Option<Micros>,
    /// Before.
    pub before: Option<Micros>,
}

impl Allowed<ReadAudit, Org> {
    /// At most `most` lines, newest first, below the line `cursor`.
    pub async fn events(&self, filter: &Filter, cursor: Option<i64>, most: usize) -> Result<Vec<Event>, Error> {
        let mut text = "SELECT id, at, actor, action, target, outcome, reason, detail, reference, address, client \
                        FROM audit WHERE 1 = 1"
            .to_owned();
        let mut args: Vec<Arg> = Vec::new();
        let mut and = |condition: &str, values: Vec<Arg>| {
            let mut condition = condition.to_owned();
            for value in values {
                args.push(value);
                condition = condition.replacen('?', &format!("${}", args.len()), 1);
            }
            text.push_str(&condition);
        };
        let below =
            |name: &str, separator: &str| vec![Arg::from(name), Arg::from(format!("{}{separator}%", escape(name)))];
        if let Some(actor) = &filter.actor {
            and(" AND actor = ?", vec![Arg::from(actor.as_str())]);
        }
        if let Some(action) = &filter.action {
            and(" AND (action = ? OR action LIKE ? ESCAPE '!')", below(action, ":"));
        }
        if let Some(target) = &filter.target {
            and(" AND (target = ? OR target LIKE ? ESCAPE '!')", below(target, "/"));
        }
        if let Some(outcome) = &filter.outcome {
            and(" AND outcome = ?", vec![Arg::from(outcome.as_str())]);
        }
        if let Some(after) = filter.after {
            and(" AND at >= ?", vec![Arg::from(after)]);
        }
        if let Some(before) = filter.before {
            and(" AND at < ?", vec![Arg::from(before)]);
        }
        if let Some(cursor) = cursor {
            and(" AND id < ?", vec![Arg::from(cursor)]);
        }
        text.push_str(&format!(" ORDER BY id DESC LIMIT {most}"));
        sql(text).bind_all(args).all(self.domain().db()).await
    }
}

/// Text for LIKE in which nothing stands for anything else.
fn escape(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
