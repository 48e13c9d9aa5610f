//! Files of a run: named by the client, kept as blobs under names of ours, reached through signed addresses.

mod delete;
mod list;
mod read;
mod upload;

pub use crate::blobs::{ByteRange, Download};
pub use list::{FilePage, FileQuery, RunFile};
pub use read::{FileDownload, FileHead};
pub use upload::UploadUrl;

#[cfg(test)]
mod tests;
