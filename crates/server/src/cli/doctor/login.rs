//! Whose the key is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::net::{Answer, Key, Net};
use super::report::{Finding, Mark, Report};
use super::secret::hint;
use crate::messages::{shorten, strip_control};

/// The most that is repeated of a server's reason, in characters.
const LONGEST_REASON: usize = 500;

/// The client's own question.
const VIEWER: &str = "query Viewer { viewer { id entity username teams { edges { node { name } } } } }";

/// Who the key belongs to.
pub struct Account {
    /// Their name.
    pub user: String,
    /// Where runs without an entity go.
    pub default_entity: String,
    /// Their own entity and their teams.
    pub entities: Vec<String>,
}

/// How the client asks for a key for an identity token (RFC 7523).
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Asks for a key for an identity token, as the client does.
pub async fn exchange(net: &Net, token: &str, report: &mut Report) -> Option<Key> {
    let host = ("host", net.base.clone());
    let answer = match net.form("/oidc/token", &[("grant_type", GRANT), ("assertion", token)]).await {
        Ok(answer) => answer,
        Err(_) => {
            report.failed("login.unanswered", &[host]);
            return None;
        }
    };
    let status = answer.status.as_u16();
    let body = answer.json().filter(|_| status == 200).unwrap_or_default();
    if let Some(given) = body["access_token"].as_str() {
        let seconds = body["expires_in"].as_i64().unwrap_or_default().to_string();
        report.passed("login.exchanged", &[host, ("seconds", seconds)]);
        return Some(Key::Bearer(given.to_owned()));
    }
    if answer.is_page() || matches!(status, 200 | 404 | 405) {
        report.failed("login.token_unknown", &[host, ("status", status.to_string())]);
        return None;
    }
    // The server's own words say why; were the token in them, it would not be shown.
    let said = answer.message().unwrap_or_else(|| answer.body.clone());
    let said = shorten(&strip_control(&said.replace(token, "…")), LONGEST_REASON);
    let fix = report.say("login.token_refused.fix", &[]);
    report.push(Finding {
        check: "login".to_owned(),
        result: Mark::Failed,
        code: "login.token_refused".to_owned(),
        text: report.say("login.token_refused", &[host]),
        more: [said, fix].into_iter().filter(|line| !line.is_empty()).collect(),
        facts: BTreeMap::from([("status".to_owned(), status.to_string())]),
    });
    None
}

/// Asks with the key.
pub async fn check(net: &Net, key: &Key, report: &mut Report) -> Option<Account> {
    let answer = match net.graphql(Some(key), VIEWER, json!({})).await {
        Ok(answer) => answer,
        Err(_) => {
            report.failed("login.unanswered", &[("host", net.base.clone())]);
            return None;
        }
    };
    let account = answer.json().and_then(|body| account(&body["data"]["viewer"]));
    match &account {
        Some(account) => {
            let args = [("user", account.user.clone()), ("entities", account.entities.join(", "))];
            report.passed("login.accepted", &args);
        }
        None if !answer.is_graphql() && answer.message().is_none() => {
            let status = answer.status.as_u16().to_string();
            report.failed("login.other", &[("host", net.base.clone()), ("status", status), ("title", answer.title())]);
        }
        None => report.push(refused(net, key, &answer, report)),
    }
    account
}

/// The account in the answer.
fn account(viewer: &Value) -> Option<Account> {
    let text = |field: &str| viewer[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let user = text("username").or_else(|| text("entity"))?;
    let default_entity = text("entity").unwrap_or_else(|| user.clone());
    let edges = viewer["teams"]["edges"].as_array().map(Vec::as_slice).unwrap_or_default();
    let teams = edges.iter().filter_map(|edge| edge["node"]["name"].as_str().map(str::to_owned));
    let mut entities = vec![default_entity.clone(), user.clone()];
    entities.extend(teams);
    let mut seen = BTreeSet::new();
    entities.retain(|entity| seen.insert(entity.clone()));
    Some(Account { user, default_entity, entities })
}

/// A refusal, in the server's words where it has any.
fn refused(net: &Net, key: &Key, answer: &Answer, report: &Report) -> Finding {
    let args =
        [("host", net.base.clone()), ("key", hint(key.secret())), ("status", answer.status.as_u16().to_string())];
    let own = report.say("login.refused", &args);
    let said: Vec<String> =
        answer.message().unwrap_or_default().lines().map(strip_control).filter(|line| !line.is_empty()).collect();
    let reason = answer.json().and_then(|body| Some(body.pointer("/errors/0/extensions/reason")?.as_str()?.to_owned()));
    let mut more = said;
    if reason.is_none() {
        // Ours bring their fix along.
        if is_ours(key.secret()) {
            more.push(report.say("login.of_runstead", &args));
        }
        more.push(report.say("login.refused.fix", &args));
    }
    Finding {
        check: "login".to_owned(),
        result: Mark::Failed,
        code: reason.unwrap_or_else(|| "login.refused".to_owned()),
        text: own,
        more,
        facts: BTreeMap::new(),
    }
}

/// Whether a key has the shape of those that a Runstead makes.
fn is_ours(key: &str) -> bool {
    key.split_once('-').is_some_and(|(prefix, secret)| {
        prefix.len() == 7
            && prefix.starts_with("rs")
            && secret.len() == 40
            && secret.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}
