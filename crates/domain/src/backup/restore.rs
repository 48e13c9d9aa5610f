//! Filling an empty server from a backup.

use std::io::Read;

use futures::stream;
use serde::de::DeserializeOwned;

use super::archive::{Checksums, Reader, changed};
use super::tables::{self, TABLES};
use super::{BLOB_PREFIX, CHECKSUMS, Columns, Copied, FORMAT, HEAD, Head, TABLE_PREFIX};
use crate::blobs::{Expect, Wanted};
use crate::db::{Arg, Tx, placeholders, sql};
use crate::policy::{Administer, Allowed, Org};
use crate::{Error, Problem, audit, run_table};

/// Values in one statement; SQLite takes 32,766, and older ones 999.
const VALUES: usize = 900;

impl Allowed<Administer, Org> {
    /// Restores from `input`. A database that holds anything is refused. The rows become visible at the very end, after
    /// every checksum was compared.
    pub async fn restore<R: Read + Send>(&self, input: R, mut progress: impl FnMut(u64, u64)) -> Result<Copied, Error> {
        let domain = self.domain();
        let mut input = Reader::new(input);
        let mut tx = domain.db().begin().await?;
        let head = read_head(&mut input, &mut tx).await?;
        refuse_to_overwrite(&mut tx).await?;
        sql("DELETE FROM meta").run(&mut tx).await?;
        sql("DELETE FROM entity").run(&mut tx).await?;
        let mut copied = Copied::default();
        let expected: Checksums = loop {
            let (name, size) = input.next()?.ok_or_else(|| changed("no checksums"))?;
            if name == CHECKSUMS {
                let mut seen = std::mem::take(&mut input.checksums);
                let expected = parse(&input.whole()?)?;
                seen.remove(CHECKSUMS);
                input.checksums = seen;
                break expected;
            } else if let Some(table) = name.strip_prefix(TABLE_PREFIX) {
                let table = table.split('/').next().unwrap_or_default();
                let table = TABLES.into_iter().find(|known| *known == table);
                let table = table.ok_or_else(|| changed(format!("entry {name}")))?;
                copied.rows += insert(&mut tx, table, &input.whole()?).await?;
            } else if let Some(blob) = name.strip_prefix(BLOB_PREFIX) {
                let source = stream::unfold(&mut input, |input| async move {
                    let chunk = input.chunk().transpose()?;
                    Some((chunk, input))
                });
                let expect = Expect { length: Some(size), most: u64::MAX, digests: Wanted::Nothing };
                domain.blobs().put_stream(blob, source, expect).await?;
                copied.blobs += 1;
                copied.bytes += size;
                progress(copied.blobs, head.blobs);
            } else {
                return Err(changed(format!("entry {name}")));
            }
        };
        if input.checksums != expected {
            return Err(changed("checksums"));
        }
        run_table::renamed(&mut tx, domain.clock()).await?;
        audit::done(&mut tx, self.session(), "org:restore", &head.created_at).await?;
        tx.commit().await?;
        Ok(copied)
    }
}

/// The first entry, when this program can read the rest.
async fn read_head<R: Read>(input: &mut Reader<R>, tx: &mut Tx) -> Result<Head, Error> {
    match input.next()? {
        Some((name, size)) if name == HEAD && size < 1 << 16 => {}
        _ => return Err(Error::Invalid(Problem::BackupNone)),
    }
    let head: Head = parse(&input.whole()?)?;
    let (schema,): (i64,) = sql("SELECT COUNT(*) FROM schema_version").one(tx).await?;
    if head.format != FORMAT || head.schema > schema {
        return Err(Error::Invalid(Problem::BackupNewer));
    }
    Ok(head)
}

/// Fails when any table has a row that not every server has from its start.
async fn refuse_to_overwrite(tx: &mut Tx) -> Result<(), Error> {
    for table in TABLES.into_iter().filter(|table| *table != "meta") {
        let of = if table == "entity" { "WHERE kind <> 'organization'" } else { "" };
        let (rows,): (i64,) = sql(format!("SELECT COUNT(*) FROM {table} {of}")).one(&mut *tx).await?;
        if rows > 0 {
            return Err(Error::Conflict(Problem::DatabaseNotEmpty { table: table.to_owned(), rows }));
        }
    }
    Ok(())
}

/// Inserts the rows of one entry; how many.
async fn insert(tx: &mut Tx, table: &str, text: &[u8]) -> Result<u64, Error> {
    let mut lines = text.split(|byte| *byte == b'\n');
    let columns: Columns = parse(lines.next().unwrap_or_default())?;
    let known = tables::columns(tx, table).await?;
    if columns.iter().any(|column| !known.contains(column)) {
        return Err(changed(format!("columns of {table}")));
    }
    let names = columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let rows: Vec<_> = lines.map(|line| cells(&columns, line)).collect::<Result<_, _>>()?;
    for batch in rows.chunks((VALUES / columns.len().max(1)).max(1)) {
        let values = (0..batch.len()).map(|i| format!("({})", placeholders(1 + i * columns.len(), columns.len())));
        let values = values.collect::<Vec<_>>().join(", ");
        let cells = batch.iter().flatten().cloned();
        sql(format!("INSERT INTO {table} ({names}) VALUES {values}")).bind_all(cells).run(&mut *tx).await?;
    }
    Ok(rows.len() as u64)
}

fn cells(columns: &Columns, line: &[u8]) -> Result<Vec<Arg>, Error> {
    let row: Vec<serde_json::Value> = parse(line)?;
    let cells: Option<Vec<_>> =
        columns.iter().zip(row).map(|((_, kind), cell)| tables::from_json(*kind, cell)).collect();
    cells.filter(|cells| cells.len() == columns.len()).ok_or_else(|| changed("a row and its columns"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(changed)
}
