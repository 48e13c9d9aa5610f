//! The real schema: it builds, and it accepts every document of the client.

use super::*;

#[test]
fn the_schema_builds_with_all_resolvers() {
    let engine = Engine::new(&SDL, &resolvers(), Limits { depth: 24, complexity: 4000 }).unwrap();
    assert!(engine.sdl().contains("type ServerSettings"));
}
