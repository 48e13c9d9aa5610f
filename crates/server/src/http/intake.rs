//! How much of what runs log is in memory at once.

use std::sync::Arc;

use axum::body::{Body, Bytes, HttpBody as _};
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Error, Problem};

/// Bytes of bodies that are read, parsed and written at the same time; one body may have more.
const ROOM: usize = 192 << 20;
/// What room is counted in.
const UNIT: usize = 1 << 10;

/// Most bytes for which memory is taken before they are there.
const ANNOUNCED: usize = 4 << 20;

/// Room for bodies. When it is full, who sends more is told to come later: a client of the protocol does, with all it holds.
pub struct Intake(Arc<Semaphore>);

/// A body, and its room until that is dropped.
pub struct Taken {
    /// The bytes.
    pub bytes: Bytes,
    /// The room.
    pub room: Option<OwnedSemaphorePermit>,
}

impl Intake {
    /// With room for at least one body of `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Semaphore::new(ROOM.max(limit) / UNIT + 1)))
    }

    /// Reads a whole body of at most `limit` bytes.
    pub async fn read(&self, mut body: Body, limit: usize) -> Result<Taken, Error> {
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(limit);
        let (mut first, mut all) = (Bytes::new(), Vec::new());
        let (mut size, mut room): (usize, Option<OwnedSemaphorePermit>) = (0, None);
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|e| Error::BadRequest(Problem::BodyBroke { detail: e.to_string() }))?;
            let Ok(chunk) = frame.into_data() else { continue };
            let units = |size: usize| size.div_ceil(UNIT);
            let more = units(size + chunk.len()) - units(size);
            size += chunk.len();
            if size > limit {
                return Err(Error::TooLarge(limit));
            }
            let more = Arc::clone(&self.0)
                .try_acquire_many_owned(u32::try_from(more).unwrap_or(u32::MAX))
                .map_err(|_| domain::Error::Busy("too much is being logged at once".to_owned()))?;
            match &mut room {
                Some(room) => room.merge(more),
                None => room = Some(more),
            }
            if size == chunk.len() {
                first = chunk;
                continue;
            }
            if all.is_empty() {
                all.reserve_exact(announced.min(ANNOUNCED).max(size));
                all.extend_from_slice(&first);
                first = Bytes::new();
            }
            // At once: what holds the chunk is read into again.
            all.extend_from_slice(&chunk);
        }
        let bytes = if all.is_empty() { first } else { all.into() };
        Ok(Taken { bytes, room })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_finds_no_room_is_told_to_come_later() {
        let intake = Intake(Arc::new(Semaphore::new(3)));
        let read = |size: usize| intake.read(Body::from(vec![b'x'; size]), 1 << 20);
        let first = read(2 * UNIT).await.unwrap();
        assert_eq!(first.bytes.len(), 2 * UNIT);
        assert!(matches!(read(2 * UNIT).await, Err(Error::Domain(domain::Error::Busy(_)))));
        let small = read(10).await.unwrap();
        drop((first, small));
        assert_eq!(read(3 * UNIT).await.unwrap().bytes.len(), 3 * UNIT);
        assert!(matches!(intake.read(Body::from(vec![0; 11]), 10).await, Err(Error::TooLarge(10))));
        assert!(read(0).await.unwrap().bytes.is_empty());
    }
}
