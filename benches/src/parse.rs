//! What the processor allows: the same bodies, only parsed, by one thread. By `serde_json`, which is the faster here: sonic-rs
//! took an eighth more time for them.

use std::error::Error;
use std::fmt;
use std::time::{Duration, Instant};

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::body::{Bodies, Shape};

/// Bodies that are parsed over and over.
const BODIES: usize = 8;

#[derive(serde::Deserialize)]
struct Body {
    files: Files,
}

#[derive(serde::Deserialize)]
struct Files {
    #[serde(rename = "wandb-history.jsonl")]
    history: Chunk,
}

#[derive(serde::Deserialize)]
struct Chunk {
    content: Vec<String>,
}

/// The sum of a row's numbers, and how many they are.
struct Row(f64, usize);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Numbers)
    }
}

struct Numbers;

impl<'de> Visitor<'de> for Numbers {
    type Value = Row;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Row, A::Error> {
        let mut row = Row(0.0, 0);
        while let Some((IgnoredAny, number)) = map.next_entry::<IgnoredAny, f64>()? {
            row = Row(row.0 + number, row.1 + 1);
        }
        if row.0.is_finite() { Ok(row) } else { Err(de::Error::custom("a number that is none")) }
    }
}

/// Points of the shape's bodies that are parsed a second: the body, its texts, their numbers, which nobody keeps.
pub fn points(shape: &Shape, time: Duration) -> Result<f64, Box<dyn Error>> {
    let mut bodies = Bodies::new(shape, 0);
    let texts: Vec<String> = (0..BODIES).map(|_| bodies.next()).collect();
    // Step, time and run time are in every row, and are not counted.
    let expected = shape.metrics + 3;
    let (mut count, started) = (0, Instant::now());
    while started.elapsed() < time {
        for text in &texts {
            for row in serde_json::from_str::<Body>(text)?.files.history.content {
                let numbers = serde_json::from_str::<Row>(&row)?.1;
                if numbers != expected {
                    return Err(format!("{numbers} numbers in a row of {expected}").into());
                }
                count += shape.metrics;
            }
        }
    }
    Ok(count as f64 / started.elapsed().as_secs_f64())
}
