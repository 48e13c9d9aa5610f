//! Alerts that a run raises about itself (`run.alert`).

use crate::clock::Micros;
use crate::{Error, Thing};
use sqlx::FromRow;

use crate::db::sql;
use crate::live::Change;
use crate::model::words;
use crate::policy::{Allowed, Read, Run, Update};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertSeverity {
    /// For information.
    Info,
    /// A warning.
    Warn,
    /// An error.
    Error,
}
words!(AlertSeverity, AlertSeverity, { Info => "INFO", Warn => "WARN", Error => "ERROR" });

/// An alert to be raised.
#[derive(Clone, Debug)]
pub struct NewAlert {
    /// Its title; the same title again within `wait_ms` is a repeat.
    pub title: String,
    /// What happened.
    pub text: String,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// Milliseconds in which a repeat of the title is dropped.
    pub wait_ms: i64,
}

/// An alert that was raised.
#[derive(Clone, Debug)]
pub struct Alert {
    /// Alert id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// What happened.
    pub text: String,
    /// How bad it is.
    pub severity: AlertSeverity,
    /// When it was raised.
    pub created_at: Micros,
}

/// Alerts with their runs, for [`Row`]s; conditions come after it.
pub(super) const WITH_RUN: &str =
    "SELECT a.id, a.run_id, a.title, a.text, a.severity, a.created_at FROM alert a JOIN run r ON r.id = a.run_id";

#[derive(FromRow)]
pub(super) struct Row {
    id: i64,
    run_id: i64,
    title: String,
    text: String,
    severity: String,
    created_at: i64,
}

impl Row {
    pub fn run_id(&self) -> i64 {
        self.run_id
    }

    pub fn into_alert(self) -> Result<Alert, Error> {
        let severity = self.severity.parse()?;
        Ok(Alert { id: self.id, title: self.title, text: self.text, severity, created_at: self.created_at })
    }
}

impl Allowed<Read, Run> {
    /// The run's alerts, newest first.
    pub async fn alerts(&self) -> Result<Vec<Alert>, Error> {
        let text = "SELECT id, run_id, title, text, severity, created_at FROM alert WHERE run_id = $1 \
                    ORDER BY created_at DESC, id DESC";
        let rows: Vec<Row> = sql(text).bind(self.resource().id).all(self.domain().db()).await?;
        rows.into_iter().map(Row::into_alert).collect()
    }
}

impl Allowed<Update, Run> {
    /// Stores the alert; `false` when it repeats one too soon and was dropped.
    pub async fn alert(&self, alert: NewAlert) -> Result<bool, Error> {
        let (domain, run) = (self.domain(), self.resource());
        let title = super::text::required(Thing::AlertTitle, alert.title, 256)?;
        let text = super::text::free(Thing::AlertText, alert.text, 64 * 1024)?;
        let now = domain.clock().now();
        let mut tx = domain.db().begin().await?;
        let row = super::row::lock(&mut tx, run.id, now).await?;
        let since = now.saturating_sub(alert.wait_ms.max(0).saturating_mul(1000));
        let repeat: Option<(i64,)> = sql("SELECT id FROM alert WHERE run_id = $1 AND title = $2 AND created_at > $3")
            .bind(run.id)
            .bind(&title)
            .bind(since)
            .optional(&mut tx)
            .await?;
        if repeat.is_some() {
            return Ok(false);
        }
        sql("INSERT INTO alert (id, run_id, title, text, severity, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(domain.clock().id()?)
            .bind(run.id)
            .bind(title)
            .bind(text)
            .bind(alert.severity.as_str())
            .bind(now)
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        super::tell(domain, run, row.effective_state(domain)?, vec![Change::Alerts]);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::Lab;

    #[tokio::test]
    async fn repeats_of_a_title_wait() {
        for lab in Lab::all().await {
            let run = lab.run("r1").await;
            let raise = async |title: &str| {
                let (title, text) = (title.to_owned(), "loss is NaN\0".to_owned());
                run.alert(NewAlert { title, text, severity: AlertSeverity::Warn, wait_ms: 60_000 }).await.unwrap()
            };
            assert!(raise("nan").await);
            assert!(!raise("nan").await);
            // Within a millisecond: ids alone would not tell which was first.
            lab.clock().advance(Duration::from_micros(1));
            assert!(raise("other").await);
            lab.clock().advance(Duration::from_secs(61));
            assert!(raise("nan").await);
            let alerts = run.read().alerts().await.unwrap();
            assert_eq!(alerts.iter().map(|a| a.title.as_str()).collect::<Vec<_>>(), ["nan", "other", "nan"]);
        }
    }
}
