//! Artifacts: versions of collections of files.
//!
//! A *sequence* is a collection where versions are logged, a *portfolio* one where versions of sequences are linked; both have
//! *memberships*, which carry the number and the aliases. Everything is read through a membership, so that whoever may read
//! a portfolio reads what is linked there, and nothing else of where it came from.
//!
//! Bytes are stored once on the server, under their BLAKE3 hash (`object`). A project finds them by the client's MD5 only
//! when it has got them itself (`project_object`): knowing a digest of another team's file gives nothing.
//!
//! Writing: [`create`] makes a pending version, [`upload`] takes files, [`manifest`] the list of them, [`commit`] checks it all
//! and makes it visible at once.

mod aliases;
mod collections;
mod commit;
mod create;
mod delete;
mod edit;
mod entry;
mod files;
mod find;
mod lineage;
mod link;
mod list;
mod manifest;
mod names;
mod object;
mod row;
mod tags;
mod types;
mod upload;

pub use collections::{CollectionChange, CollectionQuery};
pub use create::{Created, NewArtifact};
pub use edit::ArtifactChange;
pub use files::{ArtifactFile, EntryPage, EntryQuery, decode_artifact_id, encode_artifact_id};
pub use lineage::{Creator, User as ArtifactUser};
pub use link::{Link, LinkTarget};
pub use list::VersionQuery;
pub use manifest::{ManifestKind, ManifestUpload, NewManifest};
pub use row::{Alias, ArtifactVersion, CollectionKind, CollectionRow, VersionRow};
pub use types::{ArtifactType, TypeSummary};
pub use upload::{FileSpec, FileUpload, Multipart, Part};

pub use delete::Deletion;

pub(crate) use collections::collections_of;
pub(crate) use delete::{collect, remove_all, retire};
pub(crate) use list::versions_of;
pub(crate) use names::{LATEST, check_alias, check_type};
pub(crate) use object::download;
pub(crate) use upload::{Along, Arrived, write};

#[cfg(test)]
pub(crate) mod tests;
