//! From a table that is written part by part to a stream of its bytes, which waits for its reader.

use std::future::Future;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use ::history::table::{Cells, Kind, Table};
use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::sync::mpsc;

use super::{Chunks, Format, failed};
use crate::Error;

/// Parts that wait for the reader.
const WAITING: usize = 2;

/// What the table wrote and nobody took yet.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The writing end.
pub(crate) struct Outlet {
    table: Table<Written>,
    written: Written,
    out: mpsc::Sender<Result<Bytes, Error>>,
}

/// A file that `fill` writes beside the requests, as far ahead as its reader lets it.
pub(crate) fn file<F>(
    format: Format,
    columns: &[(String, Kind)],
    fill: impl FnOnce(Outlet) -> F,
) -> Result<Chunks, Error>
where
    F: Future<Output = Result<Outlet, Error>> + Send + 'static,
{
    let (out, taken) = mpsc::channel(WAITING);
    let written = Written::default();
    let table = format.begin(written.clone(), columns)?;
    let filled = fill(Outlet { table, written, out: out.clone() });
    tokio::spawn(async move {
        let done = match filled.await {
            Ok(outlet) => outlet.finish().await,
            Err(e) => Err(e),
        };
        if let Err(e) = done {
            // The reader sees a file that breaks off, or has gone away.
            let _ = out.send(Err(e)).await;
        }
    });
    Ok(stream::unfold(taken, |mut taken| async move { Some((taken.recv().await?, taken)) }).boxed())
}

impl Outlet {
    /// Writes the rows that `cells` makes.
    pub async fn put(mut self, cells: impl FnOnce() -> Vec<Cells> + Send + 'static) -> Result<Self, Error> {
        let write = move || {
            self.table.put(&cells()).map_err(failed)?;
            Ok::<_, Error>(self)
        };
        let outlet = tokio::task::spawn_blocking(write).await.map_err(failed)??;
        outlet.send().await?;
        Ok(outlet)
    }

    async fn finish(self) -> Result<(), Error> {
        let Self { table, written, out } = self;
        table.finish().map_err(failed)?;
        send(&written, &out).await
    }

    async fn send(&self) -> Result<(), Error> {
        send(&self.written, &self.out).await
    }
}

async fn send(written: &Written, out: &mpsc::Sender<Result<Bytes, Error>>) -> Result<(), Error> {
    let bytes = std::mem::take(&mut *written.0.lock().unwrap_or_else(PoisonError::into_inner));
    match bytes.is_empty() {
        true => Ok(()),
        false => out.send(Ok(bytes.into())).await.map_err(|_| Error::Busy("the reader has gone away".to_owned())),
    }
}
