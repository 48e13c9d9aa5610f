//! A long blob in an object store: parts, a few on their way at once.

use object_store::{MultipartUpload, PutPayload};
use tokio::task::JoinSet;

use super::source::Block;
use crate::Error;

/// Parts on their way at once: each is in memory.
const AT_ONCE: usize = 3;

/// An upload in parts; given up when it is dropped before its end.
pub(super) struct Parts {
    /// None after the end.
    upload: Option<Box<dyn MultipartUpload>>,
    sending: JoinSet<object_store::Result<()>>,
}

impl Parts {
    pub fn new(upload: Box<dyn MultipartUpload>) -> Self {
        Self { upload: Some(upload), sending: JoinSet::new() }
    }

    /// Sends a part, as soon as there is room for another.
    pub async fn write(&mut self, block: Block) -> Result<(), Error> {
        self.wait(AT_ONCE - 1).await?;
        if let Some(upload) = &mut self.upload {
            let put = upload.put_part(PutPayload::from_iter(block.pieces.iter().cloned()));
            self.sending.spawn(async move {
                let sent = put.await;
                // Its room is kept until here.
                drop(block);
                sent
            });
        }
        Ok(())
    }

    /// Joins the parts.
    pub async fn finish(&mut self) -> Result<(), Error> {
        self.wait(0).await?;
        if let Some(upload) = &mut self.upload {
            upload.complete().await.map_err(failed)?;
        }
        self.upload = None;
        Ok(())
    }

    /// Waits until no more than so many are on their way.
    async fn wait(&mut self, most: usize) -> Result<(), Error> {
        while self.sending.len() > most {
            if let Some(sent) = self.sending.join_next().await {
                sent.map_err(|e| Error::internal("sending a part", e))?.map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Tells the store to forget the parts.
    pub async fn give_up(mut self, name: &str) {
        self.sending.shutdown().await;
        let Some(mut upload) = self.upload.take() else { return };
        if let Err(e) = upload.abort().await {
            tracing::warn!(blob = name, error = %e, "could not abort an upload");
        }
    }
}

/// An upload that the store does not know (any more, where an answer was lost on its way) is sent again as a whole.
fn failed(e: object_store::Error) -> Error {
    match e {
        object_store::Error::NotFound { source, .. } => Error::Busy(format!("an upload in parts is gone: {source}")),
        e => e.into(),
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        let (Some(mut upload), Ok(runtime)) = (self.upload.take(), tokio::runtime::Handle::try_current()) else {
            return;
        };
        // Whoever sent it is gone: nobody waits for this.
        runtime.spawn(async move {
            if let Err(e) = upload.abort().await {
                tracing::warn!(error = %e, "could not abort an upload");
            }
        });
    }
}
