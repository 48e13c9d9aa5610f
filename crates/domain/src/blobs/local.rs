//! Writing into a local directory.
//!
//! A blob is written under its own name, which nothing names before it is whole: whoever finds what a killed writer left
//! (`jobs::discard_later`) finds it under that name, too. What was acknowledged survives power failure: the file, its name
//! and the names of new folders are all forced to the disk.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// Threads that wait for the disk together: the waits of several files are one for the journal of the file system.
const WAITING: usize = 8;
/// Files that a thread waits for, at least: to begin a thread costs more than to wait for what the others have written.
const EACH: usize = 4;
/// The disk is asked to begin with so many bytes.
const MANY: u64 = 8 << 20;

/// A file on its way; removed again unless it is finished.
#[derive(Debug)]
pub(super) struct LocalFile {
    file: File,
    path: PathBuf,
    bytes: u64,
    /// So many of them the disk has been asked to write.
    begun: u64,
    whole: bool,
}

impl LocalFile {
    /// Begins the blob of that name below `dir`; folders are made where they are missing.
    pub fn create(dir: &Path, name: &str) -> io::Result<Self> {
        let path = dir.join(name);
        let file = loop {
            match File::create(&path) {
                Ok(file) => break file,
                Err(e) if e.kind() == io::ErrorKind::NotFound => make_folders(dir, &path)?,
                Err(e) => return Err(e),
            }
        };
        Ok(Self { file, path, bytes: 0, begun: 0, whole: false })
    }

    /// Adds these bytes; the disk begins to write many of them at once, so that little is left to wait for at the end.
    pub fn write(&mut self, block: &[Bytes]) -> io::Result<()> {
        for bytes in block {
            self.file.write_all(bytes)?;
            self.bytes += bytes.len() as u64;
        }
        if self.bytes - self.begun >= MANY {
            begin_to_write(&self.file, self.begun);
            self.begun = self.bytes;
        }
        Ok(())
    }

    /// Waits until the bytes are on the disk; the name is not yet.
    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.whole = true;
        Ok(())
    }

    /// Waits until it is all on the disk.
    pub fn finish(mut self) -> io::Result<()> {
        self.sync()?;
        let named = self.path.parent().map_or(Ok(()), sync_folder);
        self.whole = named.is_ok();
        named
    }
}

impl Drop for LocalFile {
    fn drop(&mut self) {
        if !self.whole {
            // What cannot be removed now, the job does that was asked for before.
            drop(std::fs::remove_file(&self.path));
        }
    }
}

/// Writes small blobs into a folder of their own, together; how each of them went.
pub(super) fn write_together(dir: &Path, folder: &str, blobs: &[(String, Bytes)]) -> Vec<io::Result<()>> {
    let begin = |(name, bytes): &(String, Bytes)| {
        let mut file = LocalFile::create(dir, name)?;
        file.write(std::slice::from_ref(bytes))?;
        Ok(file)
    };
    let mut files: Vec<io::Result<LocalFile>> = blobs.iter().map(begin).collect();
    let share = files.len().div_ceil(WAITING).max(EACH);
    let sync = |file: &mut io::Result<LocalFile>| {
        if let Ok(begun) = file
            && let Err(e) = begun.sync()
        {
            *file = Err(e);
        }
    };
    std::thread::scope(|scope| {
        for files in files.chunks_mut(share) {
            scope.spawn(|| files.iter_mut().for_each(sync));
        }
    });
    let named = sync_folder(&dir.join(folder));
    let told = |file: io::Result<LocalFile>| match (file, &named) {
        (Ok(_), Ok(())) => Ok(()),
        (Ok(mut file), Err(e)) => {
            file.whole = false;
            Err(io::Error::new(e.kind(), e.to_string()))
        }
        (Err(e), _) => Err(e),
    };
    files.into_iter().map(told).collect()
}

/// Makes the folders above a file, with their names on the disk.
fn make_folders(dir: &Path, path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder)?;
    folder.ancestors().skip(1).take_while(|above| above.starts_with(dir)).try_for_each(sync_folder)
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Asks the system to write what the file holds from here on. Only advice: where it is not taken, the end takes longer.
#[cfg(target_os = "linux")]
fn begin_to_write(file: &File, from: u64) {
    let _ = rustix::fs::fadvise(file, from, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn begin_to_write(_file: &File, _from: u64) {}
