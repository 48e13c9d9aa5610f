//! The server through its front door: every test runs on every database.
#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

#[path = "../support/mod.rs"]
mod support;

mod denials;
mod graphql;
mod operations;
mod routes;
mod sign_in;
