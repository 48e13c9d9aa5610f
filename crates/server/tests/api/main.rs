//! The server through its front door: every test runs on every database.
#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

#[path = "../support/mod.rs"]
mod support;

mod access_requests;
mod backup;
mod command_line;
mod denials;
mod doctor;
mod front;
mod graphql;
mod metrics;
mod notices;
mod operations;
mod read_only;
mod routes;
mod sign_in;
