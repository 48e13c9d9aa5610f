//! Tar entries one after the other, with a digest of each.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use bytes::Bytes;

use crate::{Error, Problem};

const BLOCK: usize = 512;
const CHUNK: usize = 256 << 10;

/// BLAKE3 in hex by entry.
pub type Checksums = BTreeMap<String, String>;

fn fault(e: std::io::Error) -> Error {
    Error::internal("writing the backup", e)
}

/// A backup that was changed after it was made; `detail` is for whoever looks into the file.
pub fn changed(detail: impl std::fmt::Display) -> Error {
    Error::Invalid(Problem::BackupChanged { detail: detail.to_string() })
}

fn cut_off<E>(_: E) -> Error {
    Error::Invalid(Problem::BackupCutOff)
}

/// Writes entries.
pub struct Writer<W> {
    out: W,
    pub checksums: Checksums,
    digest: blake3::Hasher,
    name: String,
    left: u64,
    padding: usize,
}

impl<W: Write> Writer<W> {
    pub fn new(out: W) -> Self {
        let (checksums, digest) = (Checksums::new(), blake3::Hasher::new());
        Self { out, checksums, digest, name: String::new(), left: 0, padding: 0 }
    }

    /// Begins an entry of exactly `size` bytes.
    pub fn begin(&mut self, name: &str, size: u64) -> Result<(), Error> {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).map_err(fault)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(0);
        header.set_cksum();
        self.out.write_all(header.as_bytes()).map_err(fault)?;
        (self.name, self.left, self.digest) = (name.to_owned(), size, blake3::Hasher::new());
        self.padding = usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or(0);
        Ok(())
    }

    /// Bytes of the entry.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.digest.update(bytes);
        self.left = self.left.wrapping_sub(bytes.len() as u64);
        self.out.write_all(bytes).map_err(fault)
    }

    /// Ends the entry.
    pub fn end(&mut self) -> Result<(), Error> {
        if self.left != 0 {
            return Err(Error::internal(
                "writing the backup",
                format!("{} has another size than its row says", self.name),
            ));
        }
        self.checksums.insert(std::mem::take(&mut self.name), self.digest.finalize().to_string());
        self.out.write_all(&[0; BLOCK][..self.padding]).map_err(fault)
    }

    /// A whole entry.
    pub fn entry(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.begin(name, bytes.len() as u64)?;
        self.write(bytes)?;
        self.end()
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<W, Error> {
        self.out.write_all(&[0; 2 * BLOCK]).map_err(fault)?;
        self.out.flush().map_err(fault)?;
        Ok(self.out)
    }
}

/// Reads entries.
pub struct Reader<R> {
    input: R,
    pub checksums: Checksums,
    digest: blake3::Hasher,
    name: String,
    left: u64,
    padding: usize,
}

impl<R: Read> Reader<R> {
    pub fn new(input: R) -> Self {
        let (checksums, digest) = (Checksums::new(), blake3::Hasher::new());
        Self { input, checksums, digest, name: String::new(), left: 0, padding: 0 }
    }

    /// The next entry's name and size; none at the end. The entry before must have been read.
    pub fn next(&mut self) -> Result<Option<(String, u64)>, Error> {
        let mut block = [0; BLOCK];
        self.input.read_exact(&mut block).map_err(cut_off)?;
        if block == [0; BLOCK] {
            return Ok(None);
        }
        let header = tar::Header::from_byte_slice(&block);
        let sum: u32 =
            block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { u32::from(*b) }).sum();
        if header.cksum().ok() != Some(sum) {
            return Err(Error::Invalid(Problem::BackupNone));
        }
        let size = header.size().map_err(changed)?;
        self.name = header.path().map_err(changed)?.to_string_lossy().into_owned();
        (self.left, self.digest) = (size, blake3::Hasher::new());
        self.padding = usize::try_from(size.next_multiple_of(BLOCK as u64) - size).unwrap_or(0);
        Ok(Some((self.name.clone(), size)))
    }

    /// The next bytes of the entry; none after its end.
    pub fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        if self.left == 0 {
            let mut rest = [0; BLOCK];
            let padding = std::mem::take(&mut self.padding);
            self.input.read_exact(&mut rest[..padding]).map_err(cut_off)?;
            if !self.name.is_empty() {
                self.checksums.insert(std::mem::take(&mut self.name), self.digest.finalize().to_string());
            }
            return Ok(None);
        }
        let mut chunk = vec![0; CHUNK.min(usize::try_from(self.left).unwrap_or(CHUNK))];
        self.input.read_exact(&mut chunk).map_err(cut_off)?;
        self.left -= chunk.len() as u64;
        self.digest.update(&chunk);
        Ok(Some(chunk.into()))
    }

    /// The whole entry.
    pub fn whole(&mut self) -> Result<Vec<u8>, Error> {
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk()? {
            all.extend_from_slice(&chunk);
        }
        Ok(all)
    }
}
