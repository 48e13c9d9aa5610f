//! Everything that a server keeps, in one file; back again; and whether it is all still there.
//!
//! A backup is a plain tar file: `runstead-backup.json` (what it is), `tables/NAME/NNNNNN.jsonl` (rows, independent of the
//! database), `blobs/NAME` (bytes as stored), `checksums.json` (BLAKE3 of every entry, last: without it the file is cut off).
//!
//! It can be made while servers run. The rows are read in one snapshot, and every blob they name stays for an hour after its
//! row has gone (`jobs::discard`), which is longer than a backup of a small server takes; when it is not, the backup fails
//! and says so.

mod archive;
mod restore;
mod tables;
mod verify;
mod write;

use serde::{Deserialize, Serialize};

pub(crate) use tables::Kind;
pub use verify::{Damage, Report};

/// Version of the layout above.
const FORMAT: u32 = 1;

const HEAD: &str = "runstead-backup.json";
const CHECKSUMS: &str = "checksums.json";
const TABLE_PREFIX: &str = "tables/";
const BLOB_PREFIX: &str = "blobs/";

/// The first entry.
#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
    /// Version of the database schema.
    schema: i64,
    /// RFC 3339.
    created_at: String,
    /// How many blobs follow the tables.
    blobs: u64,
}

/// The first line of every table entry: column names and kinds.
type Columns = Vec<(String, tables::Kind)>;

/// What was written or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Rows of all tables.
    pub rows: u64,
    /// Blobs.
    pub blobs: u64,
    /// Bytes of the blobs.
    pub bytes: u64,
}
