//! The body: `{"files": {NAME: {"offset": 0, "content": [LINE…]}}, "uploaded": [NAME…], "complete": true, "exitcode": 0,
//! "preempting": false}`, all of it optional. Older clients also send `failed` and `dropped`, which say nothing new.
//!
//! Lines stay in it until they are read as rows: they are most of it, and nobody needs them as texts.

use axum::body::Bytes;
use domain::runs::{FileChunk, StreamUpdate};
use history::json::{JsonError, Scanner};
use history::{Lines, Value};

use crate::{Error, Problem};

/// What a body says. Bytes that are no text are replaced, since an error would cost a run all its data.
pub fn read(body: Bytes, client: &str) -> Result<StreamUpdate, Error> {
    let Ok(text) = simdutf8::basic::from_utf8(&body) else {
        return read(String::from_utf8_lossy(&body).into_owned().into(), client);
    };
    let mut update = StreamUpdate { client: client.to_owned(), ..StreamUpdate::default() };
    request(&body, text, &mut update)
        .map_err(|e| Error::BadRequest(Problem::BodyNotJson { detail: e.to_string() }))
        .map(|()| update)
}

/// `text` is the whole body.
fn request(body: &Bytes, text: &str, update: &mut StreamUpdate) -> Result<(), JsonError> {
    let mut scanner = Scanner::new(text);
    scanner.object(|scanner, key| {
        match key.as_ref() {
            "files" if scanner.peek() == Some(b'n') => _ = scanner.leaf()?,
            "files" => {
                scanner.object(|scanner, name| {
                    update.files.push(file(body, scanner, name.into_owned())?);
                    Ok(())
                })?;
            }
            "uploaded" if scanner.peek() == Some(b'[') => {
                update.uploaded = scanner.array(|scanner| scanner.text().map(drop))? > 0;
            }
            "preempting" => update.preempting = flag(scanner)?,
            "complete" => update.complete = flag(scanner)?,
            "exitcode" => {
                let code = integer(scanner)?;
                update.exitcode = code.map(|code| code.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
            }
            _ => _ = scanner.raw()?,
        }
        Ok(())
    })?;
    scanner.finish()
}

/// The content is a list of lines. A single text is what clients before 0.10 send for files that are not lines; it is not
/// kept.
fn file(body: &Bytes, scanner: &mut Scanner<'_>, name: String) -> Result<FileChunk, JsonError> {
    let mut file = FileChunk { name, offset: 0, lines: Lines::default() };
    scanner.object(|scanner, key| {
        match key.as_ref() {
            "offset" => match integer(scanner)? {
                Some(offset) => file.offset = offset,
                None => scanner.fail("expected an integer before this")?,
            },
            "content" if scanner.peek() == Some(b'[') => file.lines = Lines::from_json(body.slice(scanner.texts()?)),
            "content" => _ = scanner.leaf()?,
            _ => _ = scanner.raw()?,
        }
        Ok(())
    })?;
    Ok(file)
}

/// Null is false.
fn flag(scanner: &mut Scanner<'_>) -> Result<bool, JsonError> {
    match scanner.leaf()? {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(flag),
        Some(_) => scanner.fail("expected true or false before this"),
    }
}

fn integer(scanner: &mut Scanner<'_>) -> Result<Option<i64>, JsonError> {
    match scanner.leaf()? {
        None => Ok(None),
        Some(Value::Int(int)) => Ok(Some(int)),
        Some(_) => scanner.fail("expected an integer before this"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(body: &'static str) -> StreamUpdate {
        read(Bytes::from_static(body.as_bytes()), "c").unwrap()
    }

    #[test]
    fn a_heartbeat_is_empty() {
        let update = update("{}");
        assert!(update.files.is_empty() && !update.complete && update.exitcode.is_none());
    }

    #[test]
    fn old_and_new_bodies_are_read() {
        let update = update(
            r#"{"files":{"wandb-history.jsonl":{"offset":2,"content":["{}","{\"a\": 1}"]},"x.bin":{"content":"AA==","encoding":"base64"},
                "y.bin":{"content":null}},
                "complete":true,"exitcode":255,"failed":false,"dropped":0,"files":null,"uploaded":null,"preempting":null}"#,
        );
        assert_eq!(
            (update.files[0].offset, update.files[0].lines.texts()),
            (2, vec!["{}".into(), r#"{"a": 1}"#.into()])
        );
        assert!(update.files[1..].iter().all(|file| file.lines.texts().is_empty()));
        assert_eq!((update.complete, update.exitcode, update.uploaded), (true, Some(255), false));
    }

    #[test]
    fn what_follows_the_lines_counts_and_exit_codes_fit() {
        let update = update(
            r#"{"exitcode":99999999999,"uploaded":["a"],"files":{"f":{"content":["a\"]\\"],"offset":7}},"preempting":true}"#,
        );
        assert_eq!((update.files[0].offset, update.files[0].lines.texts()), (7, vec![r#"a"]\"#.to_owned()]));
        assert_eq!((update.preempting, update.exitcode, update.uploaded), (true, Some(i32::MAX), true));
        assert_eq!(update.client, "c");
    }

    #[test]
    fn broken_characters_are_replaced_and_broken_bodies_refused() {
        let body = b"{\"files\":{\"f\":{\"content\":[\"a\\udcff\",\"\xff\"]}}}";
        let lines = read(Bytes::from_static(body), "").unwrap().files.remove(0).lines;
        assert_eq!(lines.texts(), ["a\u{fffd}", "\u{fffd}"]);
        for broken in [
            "",
            "[]",
            "{",
            "{}x",
            r#"{"files":[]}"#,
            r#"{"files":1}"#,
            r#"{"files":{"f":{"offset":null,"content":["{}"]}}}"#,
            r#"{"files":{"f":{"content":[1]}}}"#,
            r#"{"files":{"f":1}}"#,
            r#"{"files":{"f":{"content":["a]}}}"#,
            r#"{"files":{"f":{"content":["a\"#,
            r#"{"complete":1}"#,
            r#"{"exitcode":1.5}"#,
            r#"{"files":{"f":{"content":{}}}}"#,
        ] {
            assert!(matches!(read(Bytes::from(broken), ""), Err(Error::BadRequest(_))), "{broken}");
        }
    }
}
