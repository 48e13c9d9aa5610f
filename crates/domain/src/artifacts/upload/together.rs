//! Small files, many at once: while one group of them is on its way to the disk, the next one gathers. A group costs two
//! transactions and one name for those who clear up, however many files it has.

mod store;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::{Stream, TryStreamExt};
use md5::{Digest, Md5};
use tokio::sync::oneshot;

use store::store;

use crate::{Domain, Error, Problem, Thing};

/// Files up to this size are gathered in memory.
pub(super) const SMALL: u64 = 256 << 10;
/// Most files of one group.
const MOST_FILES: usize = 256;
/// Groups on their way at once.
const GROUPS: usize = 3;

/// Files that have arrived and wait to be written.
#[derive(Clone, Default)]
pub(crate) struct Arrived(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    files: VecDeque<Waiting>,
    groups: usize,
}

struct Waiting {
    file: File,
    answer: oneshot::Sender<Result<(), Error>>,
}

/// A file that has the digest announced for it.
struct File {
    artifact: i64,
    md5: String,
    hash: String,
    bytes: Bytes,
}

/// Takes a small file whole; its BLAKE3. The answer comes when it is durable.
pub(super) async fn object<S>(
    domain: &Domain,
    artifact: i64,
    md5: &str,
    stream: S,
    announced: Option<u64>,
) -> Result<String, Error>
where
    S: Stream<Item = Result<Bytes, Error>> + Send,
{
    let bytes = gather(stream, announced).await?;
    let came = STANDARD.encode(Md5::digest(&bytes));
    if came != md5 {
        return Err(Error::Invalid(Problem::UploadDigest { announced: md5.to_owned(), came }));
    }
    let hash = blake3::hash(&bytes).to_string();
    let (answer, stored) = oneshot::channel();
    let file = File { artifact, md5: came, hash: hash.clone(), bytes };
    {
        let mut queue = domain.arrived().lock();
        queue.files.push_back(Waiting { file, answer });
        if queue.groups < GROUPS {
            queue.groups += 1;
            tokio::spawn(drain(domain.clone(), Group { arrived: domain.arrived().clone(), counted: true }));
        }
    }
    stored.await.map_err(|_| Error::Busy("the file was not written".to_owned()))??;
    Ok(hash)
}

/// All bytes, which are as many as announced.
async fn gather(
    stream: impl Stream<Item = Result<Bytes, Error>> + Send,
    announced: Option<u64>,
) -> Result<Bytes, Error> {
    let mut stream = Box::pin(stream);
    let mut bytes = BytesMut::with_capacity(usize::try_from(announced.unwrap_or_default().min(SMALL)).unwrap_or(0));
    while let Some(chunk) = stream.try_next().await? {
        if (bytes.len() + chunk.len()) as u64 > SMALL {
            return Err(Error::TooLarge { what: Thing::Upload, most: SMALL });
        }
        bytes.extend_from_slice(&chunk);
    }
    match announced {
        Some(announced) if announced != bytes.len() as u64 => {
            Err(Error::Invalid(Problem::UploadLength { announced, came: bytes.len() as u64 }))
        }
        _ => Ok(bytes.freeze()),
    }
}

impl Arrived {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counted until it is done, however it ends.
struct Group {
    arrived: Arrived,
    counted: bool,
}

impl Group {
    /// What to write next. When there is nothing the group is done, under the lock: who comes after starts another.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut queue = self.arrived.lock();
        if queue.files.is_empty() {
            queue.groups -= 1;
            self.counted = false;
            return None;
        }
        let count = queue.files.len().min(MOST_FILES);
        Some(queue.files.drain(..count).collect())
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.counted {
            self.arrived.lock().groups -= 1;
        }
    }
}

/// Writes until nothing waits.
async fn drain(domain: Domain, mut group: Group) {
    while let Some(waiting) = group.next() {
        let (files, answers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|w| (w.file, w.answer)).unzip();
        match store(&domain, &files).await {
            Ok(all) => answers.into_iter().zip(all).for_each(|(answer, stored)| told(answer, stored)),
            // Each is told its own reason, and what one fails by does not touch the others.
            Err(_) if files.len() > 1 => {
                for (file, answer) in files.iter().zip(answers) {
                    let stored = store(&domain, std::slice::from_ref(file)).await;
                    told(answer, stored.and_then(|mut all| all.pop().unwrap_or(Ok(()))));
                }
            }
            Err(e) => answers.into_iter().take(1).zip([e]).for_each(|(answer, e)| told(answer, Err(e))),
        }
    }
}

fn told(answer: oneshot::Sender<Result<(), Error>>, stored: Result<(), Error>) {
    // Whoever sent it may be gone.
    drop(answer.send(stored));
}
