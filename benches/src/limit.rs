//! What the disk allows: appends that are durable one by one.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::body::{Bodies, Shape};

/// Appends of the shape's bodies to one file in `folder`, each followed by `fdatasync`, a second.
pub fn appends(folder: &Path, shape: &Shape, time: Duration) -> io::Result<f64> {
    let path = folder.join("limit");
    let mut file = File::create(&path)?;
    let mut bodies = Bodies::new(shape, 0);
    let (mut count, started) = (0_u32, Instant::now());
    while started.elapsed() < time {
        file.write_all(bodies.next().as_bytes())?;
        file.sync_data()?;
        count += 1;
    }
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
