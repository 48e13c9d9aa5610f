//! Sentences for people, from one catalogue a language (`locales/*.json`, flat keys).
//!
//! A text may name evidence, `{user}`, and hold parts in brackets that are left out when the evidence they name is
//! empty: `[ You can write to {nearest}.]`. A text that names empty evidence outside brackets is not shown at all.

mod catalogue;
mod denial;
mod language;
mod sentence;
mod text;
mod trace;

pub use catalogue::{Args, Language};
pub use denial::Denial;
pub use language::choose;
pub use text::{plain, shorten, strip_control};
pub use trace::{CheckLine, trace};

#[cfg(test)]
mod tests;
