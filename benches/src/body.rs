//! Bodies of `file_stream` as the client sends them, made with little work: the sender shares the machine with the server.

use std::fmt::Write;

/// A load.
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// Runs that log at the same time, each with one request in flight.
    pub runs: usize,
    /// Rows of history in a request.
    pub rows: usize,
    /// Metrics in a row, all with a full mantissa.
    pub metrics: usize,
}

impl Shape {
    /// A run that no other process of this program logs: lines that a server has already would cost it less.
    pub fn run(&self, number: usize) -> String {
        format!("{}-{}-{number}", self.name, std::process::id())
    }
}

/// Makes the bodies of one run, one after another.
pub struct Bodies {
    /// The rows of a request after `_step`, already escaped.
    rows: Vec<String>,
    next: usize,
}

impl Bodies {
    /// The first body begins with line 0. Runs with different seeds log different values.
    pub fn new(shape: &Shape, seed: u64) -> Self {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        let mut value = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        };
        let mut row = || {
            let mut text = String::new();
            for metric in 0..shape.metrics {
                // Writing to a String cannot fail.
                let _ = write!(text, r#",\"train/metric_{metric}\":{}"#, value());
            }
            text
        };
        Self { rows: (0..shape.rows).map(|_| row()).collect(), next: 0 }
    }

    /// The next body.
    pub fn next(&mut self) -> String {
        let first = self.next;
        let mut body = format!(r#"{{"files":{{"wandb-history.jsonl":{{"offset":{first},"content":["#);
        for (place, row) in self.rows.iter().enumerate() {
            let (comma, step) = (if place > 0 { "," } else { "" }, first + place);
            let time = 1_795_000_000 + step;
            let _ =
                write!(body, r#"{comma}"{{\"_step\":{step},\"_timestamp\":{time}.25,\"_runtime\":{step}.5{row}}}""#);
        }
        self.next += self.rows.len();
        body.push_str("]}}}");
        body
    }
}
