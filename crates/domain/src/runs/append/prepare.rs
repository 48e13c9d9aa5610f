//! What can be done before the transaction: lines to columns, texts to documents.

use serde_json::{Map, Value};

use super::super::streams::{Chunk, MOST_LINES, StreamKind};
use super::super::text;
use super::{FileChunk, StreamUpdate, console};
use crate::{Error, Thing};

/// More text than this is parsed on a thread of its own.
const LARGE: usize = 64 << 10;
/// Warnings that are reported of one request.
const MOST_WARNINGS: usize = 20;

/// An update that is ready to be written.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    pub chunks: Vec<Chunk>,
    pub summary: Option<Map<String, Value>>,
    /// Last values of the system metrics.
    pub system: Map<String, Value>,
    pub warnings: Vec<String>,
    /// Several clients write the run.
    pub shared: bool,
    pub uploaded: bool,
    pub preempting: bool,
    pub complete: bool,
    pub exitcode: Option<i64>,
}

impl Prepared {
    pub async fn new(mut update: StreamUpdate) -> Result<Self, Error> {
        let files = std::mem::take(&mut update.files);
        let size: usize = files.iter().map(|file| file.lines.size()).sum();
        let client = update.client.clone();
        let mut prepared = if size > LARGE {
            let parse = move || Self::parse(&client, files);
            tokio::task::spawn_blocking(parse).await.map_err(|e| Error::internal("parsing lines", e))?
        } else {
            Self::parse(&client, files)
        };
        prepared.shared = !update.client.is_empty();
        prepared.uploaded = update.uploaded;
        prepared.preempting = update.preempting;
        prepared.complete = update.complete;
        prepared.exitcode = update.exitcode.map(i64::from);
        Ok(prepared)
    }

    /// Whether it changes documents that are stored, and must know them: a whole summary replaces all but `_wandb`.
    pub fn needs_documents(&self) -> bool {
        let whole = |summary: &Map<String, Value>| !self.shared && summary.contains_key("_wandb");
        !self.system.is_empty() || self.summary.as_ref().is_some_and(|summary| !whole(summary))
    }

    /// About how much memory it takes.
    pub fn bytes(&self) -> usize {
        self.chunks.iter().map(Chunk::bytes).sum::<usize>() + 1024
    }

    fn parse(client: &str, files: Vec<FileChunk>) -> Self {
        let mut prepared = Self::default();
        for file in files {
            // No file has more lines than bytes.
            let end = file.offset.saturating_add(i64::try_from(file.lines.size()).unwrap_or(i64::MAX));
            if file.name == "wandb-summary.json" {
                prepared.take_summary(&file);
            } else if file.offset < 0 || end > MOST_LINES {
                prepared.warn(format!("{}: {} is no line number; the lines were dropped", file.name, file.offset));
            } else if file.name == "wandb-history.jsonl" {
                prepared.take_lines(StreamKind::History, client.to_owned(), file);
            } else if file.name == "wandb-events.jsonl" {
                prepared.take_lines(StreamKind::Events, client.to_owned(), file);
            } else if let Some(label) = console::label(&file.name) {
                let writer = if label.is_empty() { client.to_owned() } else { format!("{client}/{label}") };
                prepared.take_lines(StreamKind::Console, writer.replace('\0', ""), file);
            } else {
                prepared.warn(format!("{}: this file is not streamed; upload it", file.name));
            }
        }
        prepared
    }

    fn take_lines(&mut self, kind: StreamKind, writer: String, file: FileChunk) {
        let (mut chunk, bad) = Chunk::new(kind, writer, file.offset, file.lines);
        for line in bad {
            self.warn(format!("{} line {}: {}; kept as text", file.name, line.line, line.error));
        }
        self.system.append(&mut chunk.system);
        self.chunks.push(chunk);
    }

    /// Each line is a whole summary; the last counts.
    fn take_summary(&mut self, file: &FileChunk) {
        let Some(line) = file.lines.texts().pop() else { return };
        match text::object(Thing::Summary, &line) {
            Ok(summary) => self.summary = Some(summary),
            Err(e) => self.warn(format!("{e}; the stored one was kept")),
        }
    }

    fn warn(&mut self, warning: String) {
        if self.warnings.len() < MOST_WARNINGS {
            self.warnings.push(warning);
        }
    }
}
