//! Names for runs that were given none.

use crate::{Clock, Error};

const ADJECTIVES: [&str; 64] = [
    "able", "amber", "apt", "azure", "bold", "brave", "bright", "brisk", "calm", "candid", "civil", "clear", "cosmic",
    "crisp", "curious", "dapper", "deft", "eager", "early", "earnest", "easy", "even", "fair", "fancy", "fond",
    "fresh", "frosty", "gentle", "glad", "golden", "grand", "happy", "hardy", "honest", "humble", "jolly", "keen",
    "kind", "light", "lively", "lucky", "lunar", "mellow", "merry", "misty", "neat", "noble", "polar", "proud",
    "quick", "quiet", "rapid", "royal", "rustic", "silent", "silver", "smart", "solar", "steady", "sunny", "swift",
    "tidy", "vivid", "wise",
];

const NOUNS: [&str; 64] = [
    "acorn", "anchor", "aspen", "badger", "beacon", "birch", "brook", "canyon", "cedar", "cliff", "cloud", "comet",
    "coral", "crane", "dawn", "delta", "dune", "eagle", "ember", "falcon", "fern", "field", "finch", "fjord", "forest",
    "fox", "galaxy", "glacier", "grove", "harbor", "heron", "hill", "island", "lake", "lark", "lynx", "maple",
    "meadow", "moon", "moss", "oak", "ocean", "orchard", "otter", "owl", "pebble", "pine", "planet", "plateau",
    "prairie", "rain", "reef", "ridge", "river", "robin", "sage", "shore", "sparrow", "spruce", "star", "summit",
    "tide", "valley", "willow",
];

/// `adjective-noun-N`.
pub(super) fn friendly(clock: &Clock, number: i64) -> Result<String, Error> {
    Ok(format!("{}-{}-{number}", ADJECTIVES[pick(clock)?], NOUNS[pick(clock)?]))
}

/// `adjective-sweep-N`: the Nth run of a sweep.
pub(crate) fn of_sweep(clock: &Clock, number: i64) -> Result<String, Error> {
    Ok(format!("{}-sweep-{number}", ADJECTIVES[pick(clock)?]))
}

/// A number below 64.
fn pick(clock: &Clock) -> Result<usize, Error> {
    let [byte] = clock.bytes::<1>()?;
    Ok(usize::from(byte) % 64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_words_and_a_number() {
        let name = friendly(&Clock::system(), 7).unwrap();
        let parts: Vec<_> = name.split('-').collect();
        assert!(ADJECTIVES.contains(&parts[0]) && NOUNS.contains(&parts[1]) && parts[2] == "7", "{name}");
    }
}
