//! Where a segment's bytes are.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::Result;
use parquet::file::reader::{ChunkReader, Length};

use super::remote::{Reader, Remote};

/// What is read at once where it is not known how much is wanted: that is the head of a page.
const HEAD: usize = 256;

/// A segment to be read, once or several times: of a file on this machine only the parts that hold what is asked for.
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
            Self::File(file) => {
                Ok(Box::new(BufReader::with_capacity(HEAD, Place { file: Arc::clone(file), at: start })))
            }
            Self::Bytes(bytes) => Ok(Box::new(bytes.get_read(start)?)),
            Self::Remote(remote) => Ok(Box::new(BufReader::new(Reader { remote: remote.clone(), at: start }))),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        match self {
            Self::File(file) => {
                let mut bytes = vec![0; length];
                Place { file: Arc::clone(file), at: start }.read_exact(&mut bytes)?;
                Ok(bytes.into())
            }
            Self::Bytes(bytes) => bytes.get_bytes(start, length),
            Self::Remote(remote) => Ok(remote.bytes(start, length)?),
        }
    }
}

/// A place in a file that others read, too. The library would open the file anew and read much more for each head of a page.
struct Place {
    file: Arc<File>,
    at: u64,
}

impl Read for Place {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let count = std::os::unix::fs::FileExt::read_at(&*self.file, into, self.at)?;
        #[cfg(windows)]
        let count = std::os::windows::fs::FileExt::seek_read(&*self.file, into, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}
