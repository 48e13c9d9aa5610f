//! The server through its front door: every test runs on every database.
#![allow(clippy::unwrap_used, reason = "these are tests, helpers included")]

#[path = "../support/mod.rs"]
mod support;

mod access_requests;
mod accounts;
mod attacks;
mod backup;
mod command_line;
mod custom_charts;
mod denials;
mod doctor;
mod front;
mod graphql;
mod identity_tokens;
mod keys;
mod kill;
mod leaks;
mod limits;
mod logs;
mod metrics;
mod notices;
mod operations;
mod oracle;
mod people;
mod provider;
mod read_only;
mod real_provider;
mod routes;
mod run_table;
mod series;
mod sharing;
mod sign_in;
mod sweeps;
mod tables;
mod trash;
mod views;
