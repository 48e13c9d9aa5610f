//! Users, projects and runs: the only crate with SQL, and the only one that can say yes.
//!
//! Start reading at [`policy`]. Everything else is one folder per noun, one file per operation, and every operation that
//! touches data is a method of a proof ([`policy::Allowed`]).

pub mod artifacts;
pub mod audit;
pub mod backup;
mod blobs;
mod clock;
pub mod custom_charts;
mod db;
pub mod denials;
mod domain;
mod error;
pub mod export;
pub mod files;
pub mod identity;
pub mod invitations;
mod jobs;
pub mod keys;
mod live;
pub mod model;
pub mod notices;
pub mod policy;
mod problem;
pub mod projects;
pub mod redirects;
pub mod registry;
pub mod roles;
pub mod run_table;
pub mod runs;
mod sentence;
pub mod services;
pub mod settings;
pub mod storage;
pub mod sweeps;
pub mod tables;
pub mod teams;
#[cfg(test)]
mod testing;
pub mod trash;
pub mod users;
pub mod views;
mod vitals;

pub use clock::{Clock, Micros, micros, rfc3339};
pub use domain::{Domain, DomainConfig};
pub use error::Error;
pub use live::{Change, Live, LiveEvent, ProjectEvents};
pub use problem::{Problem, Thing};
pub use vitals::Vitals;
