//! Requests for access reach their admins by mail and by webhook, in the admin's language.

use std::sync::{Arc, Mutex};

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use server::notices::Sender;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::support::{TestServer, on_every_database_with};

/// A chat room's address: keeps what it is sent.
async fn webhook() -> (String, Arc<Mutex<Vec<Value>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let keep = got.clone();
    let app = Router::new().route("/hook", post(async move |Json(body): Json<Value>| keep.lock().unwrap().push(body)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    (url, got)
}

/// A mail server that takes everything (RFC 5321, as much as one client needs).
async fn mail_server() -> (String, Arc<Mutex<Vec<String>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let keep = got.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            writer.write_all(b"220 test\r\n").await.unwrap();
            let mut mail: Option<String> = None;
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match &mut mail {
                    Some(text) if line == "." => {
                        keep.lock().unwrap().push(std::mem::take(text));
                        mail = None;
                        "250 taken"
                    }
                    Some(text) => {
                        text.push_str(&line);
                        text.push('\n');
                        continue;
                    }
                    None if line == "DATA" => {
                        mail = Some(String::new());
                        "354 go on"
                    }
                    None if line == "QUIT" => "221 bye",
                    None => "250 fine",
                };
                if writer.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    (url, got)
}

#[tokio::test]
async fn admins_are_told_by_mail_and_webhook() {
    let ((hook, told), (smtp, mails)) = (webhook().await, mail_server().await);
    let settings = |config: &mut server::config::Config| {
        config.webhook_url = Some(hook.parse().unwrap());
        config.smtp_url = Some(smtp.parse().unwrap());
        config.mail_from = Some("runstead@runs.test".to_owned());
    };
    on_every_database_with(settings, async |server: TestServer| {
        let (eve, ann) = (server.user("eve").await, server.user("ann").await);
        let change =
            "mutation { updateViewer(input: {email: \"eve@example.org\", language: \"de\"}) { user { email } } }";
        eve.data(change, json!({})).await;
        server.team("vision", "eve", &[]).await;
        let init = "mutation { upsertBucket(input: {entityName: \"vision\", modelName: \"p\"}) { bucket { id } } }";
        let refused = ann.graphql(init, json!({})).await.json();
        let reference = refused["errors"][0]["extensions"]["ref"].clone();
        let ask = "mutation($r: ID!) { requestAccess(input: {reference: $r, message: \"bitte\"}) { denial { mine } } }";
        ann.data(ask, json!({ "r": reference })).await;

        let mut config = server::config::Config::default();
        settings(&mut config);
        let sender = Sender::new(&config, "http://runs.test").unwrap().unwrap();
        sender.send_due(&server.domain).await.unwrap();
        sender.send_due(&server.domain).await.unwrap();
        let mail = mails.lock().unwrap().pop().unwrap();
        assert!(mail.contains("To: eve@example.org") && mail.contains("From: runstead@runs.test"), "{mail}");
        assert!(mail.contains("ann bittet um Zugriff auf vision/p"), "{mail}");
        assert!(mail.contains(&format!("http://runs.test/e/{}", reference.as_str().unwrap())), "{mail}");

        let told = std::mem::take(&mut *told.lock().unwrap());
        assert_eq!(told.len(), 1, "once");
        assert_eq!(told[0]["event"], "access_requested");
        assert!(told[0]["text"].as_str().unwrap().starts_with("ann asks for access to vision/p\n"), "{}", told[0]);
        assert!(mails.lock().unwrap().is_empty());
    })
    .await;
}
