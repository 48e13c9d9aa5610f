//! Sends what waits: mails by SMTP, and one webhook.

use std::time::Duration;

use domain::Domain;
use domain::notices::{Notice, Waiting};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde_json::json;

use crate::config::Config;
use crate::messages::Language;
use crate::{App, Error, Problem};

/// How often is looked.
const PAUSE: Duration = Duration::from_secs(3);

/// How long the webhook may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ways out.
pub struct Sender {
    mail: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
    webhook: Option<(reqwest::Client, String)>,
    language: Language,
}

impl Sender {
    /// Reads the configuration; none when nothing is configured.
    pub fn new(config: &Config, base_url: &str) -> Result<Option<Self>, Error> {
        if config.smtp_url.is_none() && config.webhook_url.is_none() {
            return Ok(None);
        }
        let bad = |detail: String| Error::Usage(Problem::MailSettings { detail });
        let mail = match &config.smtp_url {
            None => None,
            Some(url) => {
                let host = url::Url::parse(base_url).ok().and_then(|url| url.host_str().map(str::to_owned));
                let from = config.mail_from.clone().unwrap_or_else(|| format!("runstead@{}", host.unwrap_or_default()));
                let from = from.parse().map_err(|e| bad(format!("{from}: {e}")))?;
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url.expose());
                Some((transport.map_err(|e| bad(e.to_string()))?.build(), from))
            }
        };
        let webhook = match &config.webhook_url {
            None => None,
            Some(url) => {
                let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
                Some((client.build().map_err(Error::fault)?, url.expose().to_owned()))
            }
        };
        let language = Language::of(&config.default_language).unwrap_or(Language::ENGLISH);
        Ok(Some(Self { mail, webhook, language }))
    }

    /// Sends what is due now.
    pub async fn send_due(&self, domain: &Domain) -> Result<(), Error> {
        for waiting in domain.take_notices().await? {
            let sent = self.send(&waiting).await;
            if let Err(error) = &sent {
                tracing::warn!(error, notice = %waiting.notice, attempts = waiting.attempts, "a notice was not sent");
            }
            domain.notice_done(&waiting, sent.is_ok()).await?;
        }
        Ok(())
    }

    /// Sends the link of an invitation at once: it holds a secret, which is kept nowhere. Whether it was sent.
    pub async fn invite(&self, email: &str, from: &str, team: &str, link: &str) -> bool {
        if self.mail.is_none() {
            return false;
        }
        let args = [("user", from), ("target", team), ("link", link)];
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mail = Some(email.to_owned());
        let waiting = Waiting { id: 0, mail, notice: Notice::Invited, language: None, args, attempts: 0 };
        let sent = self.send(&waiting).await;
        if let Err(error) = &sent {
            tracing::warn!(error, "an invitation was not mailed");
        }
        sent.is_ok()
    }

    async fn send(&self, waiting: &Waiting) -> Result<(), String> {
        let language = waiting.language.as_deref().and_then(Language::of).unwrap_or(self.language);
        let (subject, body) = text(waiting, language);
        match (&waiting.mail, &self.mail, &self.webhook) {
            (Some(to), Some((transport, from)), _) => {
                let to = to.parse::<Mailbox>().map_err(|e| e.to_string())?;
                let mail =
                    Message::builder().from(from.clone()).to(to).subject(subject).header(ContentType::TEXT_PLAIN);
                let mail = mail.body(body).map_err(|e| e.to_string())?;
                transport.send(mail).await.map(drop).map_err(|e| e.to_string())
            }
            (None, _, Some((client, url))) => {
                // `text` is what chat rooms show.
                let body = json!({ "event": waiting.notice.as_str(), "text": format!("{subject}\n{body}"), "args": waiting.args });
                let answer = client.post(url).json(&body).send().await;
                let answer = answer.and_then(reqwest::Response::error_for_status);
                // The address may hold a secret: only the kind of failure is told.
                answer.map(drop).map_err(|e| e.without_url().to_string())
            }
            _ => Ok(()),
        }
    }
}

/// Sends until the server stops.
pub async fn run(app: App) {
    let Some(sender) = &app.sender else { return };
    loop {
        if let Err(error) = sender.send_due(&app.domain).await {
            tracing::warn!(%error, "cannot look for mails to send");
        }
        tokio::select! {
            () = app.stopping.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// Subject and body.
pub fn text(waiting: &Waiting, language: Language) -> (String, String) {
    let mut args: Vec<(&str, String)> =
        waiting.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let target = waiting.args.get("target").cloned().unwrap_or_default();
    for (name, value) in &mut args {
        if *name == "action" {
            let words = language.say(&format!("action.{value}"), &[("target", target.clone())]);
            *value = words.unwrap_or_else(|| value.clone());
        }
    }
    let say = |part: &str| language.say(&format!("notice.{}.{part}", waiting.notice), &args).unwrap_or_default();
    (say("subject"), say("body"))
}
