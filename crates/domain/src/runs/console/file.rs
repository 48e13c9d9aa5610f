//! The console as a text file, however long it is.

use std::borrow::Cow;

use bytes::Bytes;
use futures::StreamExt;
use history::Batch;

use super::search::{LogSearch, Wanted, plain};
use super::text;
use crate::Error;
use crate::export::Chunks;
use crate::policy::{Allowed, Read, Run};

/// What of the console, and how it is written.
#[derive(Clone, Debug, Default)]
pub struct LogFile {
    /// Which lines.
    pub search: LogSearch,
    /// The time before each line that has one.
    pub times: bool,
}

impl Allowed<Read, Run> {
    /// The lines, without terminal colours, as they are read: a piece is written while the one before it is sent.
    pub async fn log_file(&self, file: LogFile) -> Result<Chunks, Error> {
        let wanted = Wanted::parse(&file.search)?;
        let write = move |batch: Batch| {
            let rows = wanted.as_ref().map(|wanted| wanted.rows(&batch));
            match rows {
                Some(rows) => lines(&batch, rows.into_iter(), file.times),
                None => lines(&batch, 0..batch.len(), file.times),
            }
        };
        let pieces = self.console(None, write).await?;
        Ok(pieces.filter(|piece| std::future::ready(!matches!(piece, Ok(bytes) if bytes.is_empty()))).boxed())
    }
}

fn lines(batch: &Batch, rows: impl Iterator<Item = usize>, times: bool) -> Bytes {
    let [time, label, line] = ["timestamp", "label", "text"].map(|key| batch.column(key));
    let mut written = String::new();
    let mut put = |parts: &[&str]| parts.iter().for_each(|part| written.push_str(part));
    for row in rows {
        if let Some(time) = text(time, row).filter(|_| times) {
            put(&[&time, " "]);
        }
        if let Some(label) = text(label, row) {
            put(&["[", &label, "] "]);
        }
        let line: Cow<'_, str> = text(line, row).unwrap_or_default();
        put(&[&plain(&line), "\n"]);
    }
    written.into()
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;
    use crate::runs::StreamUpdate;
    use crate::testing::{Lab, console};

    #[tokio::test]
    async fn a_console_leaves_as_text() {
        for lab in Lab::all().await {
            let run = lab.run("r").await;
            let read = lab.allow::<Read>("r").await.unwrap();
            let file = async |file: LogFile| {
                let parts: Vec<Bytes> = read.log_file(file).await.unwrap().try_collect().await.unwrap();
                String::from_utf8(parts.concat()).unwrap()
            };
            assert_eq!(file(LogFile::default()).await, "");
            let lines = ["2026-11-21T22:24:34 one", "ERROR 2026-11-21T22:24:35 \u{1b}[31mtwo\u{1b}[0m", "three"];
            run.append(console(0, &lines)).await.unwrap();
            assert_eq!(file(LogFile::default()).await, "one\ntwo\nthree\n");
            let times = LogFile { times: true, ..LogFile::default() };
            assert_eq!(file(times).await, "2026-11-21T22:24:34 one\n2026-11-21T22:24:35 two\nthree\n");
            let search = LogSearch { pattern: Some("^T".to_owned()), errors: false };
            assert_eq!(file(LogFile { search, times: false }).await, "two\nthree\n");
            let search = LogSearch { pattern: Some("(".to_owned()), errors: false };
            assert!(read.log_file(LogFile { search, times: false }).await.is_err());
        }
    }

    #[tokio::test]
    async fn what_is_compacted_and_what_is_not_are_one_text() {
        for lab in Lab::all().await {
            let run = lab.run("r").await;
            let read = lab.allow::<Read>("r").await.unwrap();
            let whole = StreamUpdate { complete: true, ..console(0, &["a", "b", "c"]) };
            run.append(whole).await.unwrap();
            lab.domain.run_due_jobs().await.unwrap();
            assert_eq!((lab.count("tail").await, lab.count("segment").await), (0, 1));
            run.append(console(1, &["B"])).await.unwrap();
            run.append(console(3, &["d"])).await.unwrap();
            let parts: Vec<Bytes> = read.log_file(LogFile::default()).await.unwrap().try_collect().await.unwrap();
            assert_eq!(String::from_utf8(parts.concat()).unwrap(), "a\nB\nc\nd\n");
            let search = LogSearch { pattern: Some("b|d".to_owned()), errors: false };
            assert_eq!(read.log_matches(search.clone()).await.unwrap(), [1, 3]);
            let found = read.log_range(1, 9, search).await.unwrap();
            assert_eq!(found.iter().map(|line| (line.number, line.line.as_str())).collect::<Vec<_>>(), [(3, "d")]);
        }
    }
}
