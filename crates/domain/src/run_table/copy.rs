//! Copies of run tables in the cache folder, so that a process that has just started need not read every run again.
//!
//! A copy is what a table held when the changes below a number were in it ([`Progress`](super::load::Progress)); whoever
//! opens it reads the changes from there on, as for a table in memory. Its columns are written one after the other while
//! others look at the table and runs change: what changes meanwhile is read again anyway.
//!
//! The file: `RUNTABLE` and a u64 version; the columns, each by itself; the head, which says what belongs to which row and
//! where each column lies, with its BLAKE3 hash; its place and length, and its own hash. A copy that is damaged, of another
//! version or of another database is none.

mod bytes;
mod head;

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use std::thread;

use super::column::Column;
use super::table::{Columns, RunTable};
use super::tree::{NodeId, Tree};
use bytes::{Input, coded, column, damaged, put_coded, put_column};
pub(super) use head::Head;

const MAGIC: &[u8; 8] = b"RUNTABLE";
/// Another one where a table's columns mean something else than in the release before.
const VERSION: u64 = 1;
/// Place, length and hash of the head.
const END: usize = 8 + 8 + 32;

/// Where a column lies, and its hash.
#[derive(Clone, Copy)]
struct Section {
    at: u64,
    length: u64,
    hash: [u8; 32],
}

/// Writes a copy of a table as it is said to be.
pub(super) fn write(path: &Path, mut head: Head, table: &RwLock<RunTable>) -> io::Result<()> {
    let folder = path.parent().ok_or_else(|| damaged("no folder"))?;
    std::fs::create_dir_all(folder)?;
    let file = tempfile::Builder::new().suffix(".part").tempfile_in(folder)?;
    let mut out = BufWriter::new(file.as_file());
    out.write_all(MAGIC)?;
    out.write_all(&VERSION.to_le_bytes())?;
    let (mut at, mut buffer) = (16, Vec::new());
    let mut section = |fill: &dyn Fn(&RunTable, &mut Vec<u8>)| {
        buffer.clear();
        // Only as long as one column takes.
        fill(&table.read().unwrap_or_else(PoisonError::into_inner), &mut buffer);
        out.write_all(&buffer)?;
        let section = Section { at, length: buffer.len() as u64, hash: *blake3::hash(&buffer).as_bytes() };
        at += section.length;
        io::Result::Ok(section)
    };
    let mut sections = vec![section(&|table, out| put_coded(out, &table.tags))?];
    for own in 0..head.own {
        sections.push(section(&|table, out| put_column(out, &table.own_columns()[own]))?);
    }
    for node in 0..head.config.len() {
        sections.push(section(&|table, out| put_column(out, table.config.column(node)))?);
    }
    for node in 0..head.summary.len() {
        sections.push(section(&|table, out| put_column(out, table.summary.column(node)))?);
    }
    head.sections = sections;
    let head = head.bytes();
    out.write_all(&head)?;
    out.write_all(&at.to_le_bytes())?;
    out.write_all(&(head.len() as u64).to_le_bytes())?;
    out.write_all(blake3::hash(&head).as_bytes())?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?;
    // What a power failure leaves of it is known by the hashes.
    file.persist(path).map_err(|e| e.error)?;
    Ok(())
}

/// Below which number all changes are in a copy, as it says itself.
pub(super) fn horizon(path: &Path) -> io::Result<i64> {
    let mut file = File::open(path)?;
    let section = end(&mut file)?;
    file.seek(SeekFrom::Start(section.at))?;
    let mut head = [0; 16];
    file.read_exact(&mut head)?;
    Ok(Input(&head[8..]).number()? as i64)
}

/// Where the head of a copy lies.
fn end(file: &mut File) -> io::Result<Section> {
    file.seek(SeekFrom::End(-(END as i64)))?;
    let mut end = [0; END];
    file.read_exact(&mut end)?;
    let mut input = Input(&end);
    Ok(Section { at: input.number()?, length: input.number()?, hash: end[16..].try_into().unwrap_or_default() })
}

/// The table that a copy has, and its head; none when there is no such file.
pub(super) fn read(path: &Path) -> io::Result<Option<(RunTable, Head)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let mut begin = [0; 16];
    file.read_exact(&mut begin)?;
    if &begin[..8] != MAGIC || begin[8..] != VERSION.to_le_bytes() {
        return Err(damaged("another version"));
    }
    let section = end(&mut file)?;
    let mut head = Head::read(Sections::open(path)?.load(&section)?)?;
    let (own, config) = (1 + head.own, 1 + head.own + head.config.len());
    let sections = &head.sections;
    if sections.len() != config + head.summary.len() {
        return Err(damaged("columns are missing"));
    }
    let all = |part: &[Section]| {
        let mut file = Sections::open(path)?;
        part.iter().map(|section| column(&mut Input(file.load(section)?))).collect::<io::Result<Vec<Column>>>()
    };
    let (config, rest) = thread::scope(|scope| {
        let configs = scope.spawn(|| all(&sections[own..config]));
        let mut file = Sections::open(path)?;
        let tags = |text: &str| serde_json::from_str(text).map_err(io::Error::other);
        let tags = coded(&mut Input(file.load(&sections[0])?), tags)?;
        let rest = (tags, all(&sections[1..own])?, all(&sections[config..])?);
        let configs = configs.join().unwrap_or_else(|_| Err(damaged("a config")))?;
        io::Result::Ok((configs, rest))
    })?;
    let (tags, own, summary) = rest;
    let config = Tree::of(std::mem::take(&mut head.config), config);
    let summary = Tree::of(std::mem::take(&mut head.summary), summary);
    let columns = Columns { own, tags, config, summary };
    let rows = (std::mem::take(&mut head.ids), std::mem::take(&mut head.live), std::mem::take(&mut head.states));
    Ok(Some((RunTable::of(rows.0, rows.1, rows.2, columns), head)))
}

/// A file from which parts are read into one buffer.
struct Sections {
    file: File,
    length: u64,
    buffer: Vec<u8>,
}

impl Sections {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        Ok(Self { length: file.metadata()?.len(), file, buffer: Vec::new() })
    }

    fn load(&mut self, section: &Section) -> io::Result<&[u8]> {
        if section.at.checked_add(section.length).is_none_or(|end| end > self.length) {
            return Err(damaged("beyond its end"));
        }
        self.file.seek(SeekFrom::Start(section.at))?;
        self.buffer.resize(section.length as usize, 0);
        self.file.read_exact(&mut self.buffer)?;
        if blake3::hash(&self.buffer).as_bytes() != &section.hash {
            return Err(damaged("a hash"));
        }
        Ok(&self.buffer)
    }
}
