//! Mails and webhooks that wait to be sent. Written in the transaction that they tell of; the server sends them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::db::{Tx, sql};
use crate::model::words;
use crate::{Domain, Error};

/// What is told; its texts are in the catalogue at `notice.WORD.subject` and `notice.WORD.body`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Somebody asks for access.
    AccessRequested,
    /// The access was given.
    AccessApproved,
    /// It was not.
    AccessDeclined,
    /// Somebody is invited to a team.
    Invited,
}
words!(Notice, Notice, {
    AccessRequested => "access_requested", AccessApproved => "access_approved", AccessDeclined => "access_declined",
    Invited => "invited",
});

impl Notice {
    /// The catalogue's keys below `notice.`, for its completeness test.
    pub const TEXTS: &'static [&'static str] = &[
        "access_requested.subject",
        "access_requested.body",
        "access_approved.subject",
        "access_approved.body",
        "access_declined.subject",
        "access_declined.body",
        "invited.subject",
        "invited.body",
    ];
}

/// One that waits.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// Its id.
    pub id: i64,
    /// Where to: an e-mail address, or none for the webhook.
    pub mail: Option<String>,
    /// What is told.
    pub notice: Notice,
    /// Language of the recipient.
    pub language: Option<String>,
    /// What the texts name.
    pub args: BTreeMap<String, String>,
    /// How often it was tried.
    pub attempts: i64,
}

#[derive(Serialize, Deserialize)]
struct Body {
    notice: String,
    language: Option<String>,
    args: BTreeMap<String, String>,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    kind: String,
    recipient: String,
    body: String,
    attempts: i64,
}

#[derive(FromRow)]
struct Recipient {
    email: Option<String>,
    language: Option<String>,
}

/// Given up after so many tries, over about a day.
const MOST_TRIES: i64 = 10;

/// Adds one mail for every account that has an address, and one for the webhook.
pub(crate) async fn add(
    tx: &mut Tx,
    domain: &Domain,
    notice: Notice,
    accounts: &[i64],
    args: &[(&str, String)],
) -> Result<(), Error> {
    let args: BTreeMap<String, String> = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    put(tx, domain, "webhook", "", Body { notice: notice.to_string(), language: None, args: args.clone() }).await?;
    for account in accounts {
        let text = "SELECT email, language FROM account WHERE id = $1";
        let to: Recipient = sql(text).bind(*account).one(&mut *tx).await?;
        if let Some(email) = to.email {
            let body = Body { notice: notice.to_string(), language: to.language, args: args.clone() };
            put(tx, domain, "mail", &email, body).await?;
        }
    }
    Ok(())
}

async fn put(tx: &mut Tx, domain: &Domain, kind: &'static str, to: &str, body: Body) -> Result<(), Error> {
    let wanted = if kind == "mail" { domain.config().sends_mail } else { domain.config().calls_webhook };
    if !wanted {
        return Ok(());
    }
    let body = serde_json::to_string(&body).map_err(|e| Error::internal("writing a notice", e))?;
    let now = domain.clock().now();
    sql("INSERT INTO notice (id, kind, recipient, body, created_at, due_at, attempts) VALUES ($1, $2, $3, $4, $5, $5, 0)")
        .bind(domain.clock().id()?)
        .bind(kind)
        .bind(to)
        .bind(body)
        .bind(now)
        .run(tx)
        .await
        .map(drop)
}

impl Domain {
    /// Takes what is due, and puts it off for as long as a process may need to send it: one that dies loses nothing.
    pub async fn take_notices(&self) -> Result<Vec<Waiting>, Error> {
        let now = self.clock().now();
        let text = "UPDATE notice SET attempts = attempts + 1, due_at = $1 + 60000000 * (attempts + 1) * (attempts + 1) \
                    WHERE id IN (SELECT id FROM notice WHERE due_at <= $1 ORDER BY due_at LIMIT 20) AND due_at <= $1 \
                    RETURNING id, kind, recipient, body, attempts";
        let mut tx = self.db().begin().await?;
        let rows: Vec<Row> = sql(text).bind(now).all(&mut tx).await?;
        tx.commit().await?;
        let waiting = |row: Row| {
            let body: Body = serde_json::from_str(&row.body).map_err(|e| Error::internal("reading a notice", e))?;
            let mail = (row.kind == "mail").then_some(row.recipient);
            let (notice, language, args) = (body.notice.parse()?, body.language, body.args);
            Ok(Waiting { id: row.id, mail, notice, language, args, attempts: row.attempts })
        };
        rows.into_iter().map(waiting).collect()
    }

    /// It was sent, or is given up after [`MOST_TRIES`].
    pub async fn notice_done(&self, waiting: &Waiting, sent: bool) -> Result<(), Error> {
        if sent || waiting.attempts >= MOST_TRIES {
            sql("DELETE FROM notice WHERE id = $1").bind(waiting.id).run(self.db()).await?;
        }
        Ok(())
    }
}
