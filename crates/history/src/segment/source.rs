//! Where a segment's bytes are.

use std::fs::File;
use std::io::{BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

use super::remote::{Reader, Remote};

/// A segment to be read, once or several times: of a file on this machine only the parts that hold what is asked for.
/// Not from two threads at once, as both would move the place in the file.
#[derive(Debug, Clone)]
pub enum Source {
    /// An open file.
    File(Arc<File>),
    /// The whole file, in memory.
    Bytes(Bytes),
    /// A file elsewhere, fetched in parts.
    Remote(Remote),
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Self::File(file) => file.len(),
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Remote(remote) => remote.len(),
        }
    }
}

impl ChunkReader for Source {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        match self {
            Self::File(file) => Ok(Box::new(file.get_read(start)?)),
            Self::Bytes(bytes) => Ok(Box::new(bytes.get_read(start)?)),
            Self::Remote(remote) => Ok(Box::new(BufReader::new(Reader { remote: remote.clone(), at: start }))),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::File(file) => file.get_bytes(start, length),
            Self::Bytes(bytes) => bytes.get_bytes(start, length),
            Self::Remote(remote) => Ok(remote.bytes(start, length)?),
        }
    }
}
