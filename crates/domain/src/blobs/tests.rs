//! The same expectations of every store: memory, a local directory, and S3 when `RUNSTEAD_TEST_S3_URL` names a bucket.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use md5::{Digest, Md5};
use object_store::RetryConfig;
use object_store::aws::AmazonS3Builder;

use super::write::{Expect, Room};
use super::{Blobs, ByteRange, Wanted};
use crate::{Clock, Error};

const ANY: Expect = Expect { length: None, most: u64::MAX, digests: Wanted::Both };

fn stores() -> Vec<Blobs> {
    let dir = tempfile::tempdir().unwrap().keep();
    let mut stores = vec![Blobs::open("memory:").unwrap(), Blobs::open(&format!("file:{}", dir.display())).unwrap()];
    if let Ok(url) = std::env::var("RUNSTEAD_TEST_S3_URL") {
        let prefix = Clock::system().token::<12>().unwrap();
        stores.push(Blobs::open(&format!("{}/{prefix}", url.trim_end_matches('/'))).unwrap());
    }
    stores
}

/// `bytes` bytes in chunks of `chunk`.
fn chunks(bytes: usize, chunk: usize) -> (Vec<u8>, Vec<Result<Bytes, Error>>) {
    let whole: Vec<u8> = (0..bytes).map(|i| (i % 251) as u8).collect();
    let parts = whole.chunks(chunk.max(1)).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
    (whole, parts)
}

async fn collect(blobs: &Blobs, name: &str, range: Option<ByteRange>) -> Vec<u8> {
    let parts: Vec<Bytes> = blobs.stream(name, range).await.unwrap().stream.try_collect().await.unwrap();
    parts.concat()
}

#[tokio::test]
async fn what_was_written_is_read_whole_and_in_ranges() {
    for blobs in stores() {
        for (name, bytes, chunk) in
            [("t/0", 0, 1), ("t/1", 70_000, 999), ("t/2", 20_000_003, 1 << 20), ("t/3", 16 << 20, 3 << 20)]
        {
            let (whole, parts) = chunks(bytes, chunk);
            let written = blobs.put_stream(name, stream::iter(parts), ANY).await.unwrap();
            assert_eq!(written.bytes, bytes as u64);
            assert_eq!(written.md5, Some(STANDARD.encode(Md5::digest(&whole))));
            assert_eq!(written.hash, Some(blake3::hash(&whole).to_string()));
            assert!(blobs.read(name).await.unwrap() == whole, "{name}");
            assert!(collect(&blobs, name, None).await == whole, "{name}");
            if bytes == 0 {
                assert_eq!(written.md5.as_deref(), Some("1B2M2Y8AsgTpgAmY7PhCfg=="));
                assert_eq!(blobs.stream(name, Some(ByteRange::From(0))).await.unwrap().range, None);
                continue;
            }
            assert_eq!(collect(&blobs, name, Some(ByteRange::Between(0, 0))).await, &whole[..1]);
            assert_eq!(collect(&blobs, name, Some(ByteRange::Between(100, u64::MAX))).await, &whole[100..]);
            assert_eq!(collect(&blobs, name, Some(ByteRange::Last(7))).await, &whole[bytes - 7..]);
            let beyond = blobs.stream(name, Some(ByteRange::From(bytes as u64))).await.unwrap();
            assert_eq!((beyond.range, beyond.size), (None, bytes as u64));
            if let Some(file) = blobs.open_local(name).unwrap() {
                assert_eq!(file.metadata().unwrap().len(), bytes as u64);
            }
        }
        let mut names = blobs.list("t").await.unwrap();
        names.sort();
        assert_eq!(names, ["t/0", "t/1", "t/2", "t/3"]);
        blobs.delete("t/0").await.unwrap();
        blobs.delete("t/0").await.unwrap();
        assert!(matches!(blobs.read("t/0").await, Err(Error::NotFound { .. })));
        assert!(matches!(blobs.stream("t/0", None).await, Err(Error::NotFound { .. })));
    }
}

#[tokio::test]
async fn an_upload_that_is_not_whole_leaves_nothing() {
    for blobs in stores() {
        for bytes in [1_000, 20 << 20] {
            let short = Expect { length: Some(bytes as u64 + 1), ..ANY };
            let result = blobs.put_stream("x/short", stream::iter(chunks(bytes, 1 << 20).1), short).await;
            assert!(matches!(result, Err(Error::Invalid { .. })), "{result:?}");
            let long = Expect { most: bytes as u64 - 1, ..ANY };
            let result = blobs.put_stream("x/long", stream::iter(chunks(bytes, 1 << 20).1), long).await;
            assert!(matches!(result, Err(Error::TooLarge { .. })), "{result:?}");
            let broken =
                stream::iter(chunks(bytes, 1 << 20).1).chain(stream::iter([Err(Error::Busy("gone".to_owned()))]));
            let result = blobs.put_stream("x/broken", broken, ANY).await;
            assert!(matches!(result, Err(Error::Busy(_))), "{result:?}");
        }
        assert!(blobs.list("x").await.unwrap().is_empty());
        if let Some(dir) = blobs.local.as_ref().map(|dir| dir.join("x")).filter(|dir| dir.exists()) {
            let left: Vec<_> = std::fs::read_dir(dir).unwrap().collect();
            assert!(left.is_empty(), "temporary files stayed: {left:?}");
        }
    }
}

#[tokio::test]
async fn small_blobs_are_written_together_and_their_folder_goes_with_them() {
    for blobs in stores() {
        let names: Vec<String> = (0..40).map(|n| format!("objects/7/{n}")).collect();
        let all = names.iter().map(|name| (name.clone(), Bytes::copy_from_slice(name.as_bytes()))).collect();
        let written = blobs.put_together("objects/7", all).await.unwrap();
        assert!(written.len() == 40 && written.iter().all(Result::is_ok), "{written:?}");
        for name in &names {
            assert_eq!(blobs.read(name).await.unwrap(), name.as_bytes());
            blobs.delete(name).await.unwrap();
        }
        assert!(blobs.list("objects").await.unwrap().is_empty());
        assert!(blobs.local.is_none_or(|dir| !dir.join("objects/7").exists()));
    }
}

#[tokio::test]
async fn an_upload_that_nobody_waits_for_leaves_nothing() {
    for blobs in stores() {
        let endless = stream::iter(chunks(20 << 20, 1 << 20).1).chain(stream::pending());
        let write = blobs.put_stream("x/gone", endless, ANY);
        assert!(tokio::time::timeout(Duration::from_millis(500), write).await.is_err());
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(blobs.list("x").await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn writing_again_replaces() {
    for blobs in stores() {
        blobs.put("r/1", Bytes::from_static(b"old")).await.unwrap();
        blobs.put("r/1", Bytes::from_static(b"new")).await.unwrap();
        assert_eq!(blobs.read("r/1").await.unwrap(), "new");
    }
}

#[tokio::test]
async fn a_store_that_is_away_is_passing_trouble() {
    // Nobody listens on port 9 of this machine.
    let retry = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    let s3 = AmazonS3Builder::new().with_endpoint("http://127.0.0.1:9").with_allow_http(true).with_retry(retry);
    let s3 = s3.with_bucket_name("b").with_access_key_id("a").with_secret_access_key("s").build().unwrap();
    let blobs = Blobs::over(std::sync::Arc::new(s3));
    for error in [blobs.read("a").await.unwrap_err(), blobs.put("a", Bytes::from_static(b"x")).await.unwrap_err()] {
        assert!(matches!(error, Error::Busy(_)), "{error}");
    }
    let (_, parts) = chunks(9 << 20, 1 << 20);
    let error = blobs.put_stream("a", stream::iter(parts), ANY).await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error}");
}

/// A long upload whose blocks of 8 MiB arrive while others wait.
async fn long(blobs: &Blobs, name: &str) -> Result<(), Error> {
    let (whole, parts) = chunks(20 << 20, 1 << 20);
    let slow = stream::iter(parts).then(|part| async {
        tokio::task::yield_now().await;
        part
    });
    let written = blobs.put_stream(name, slow, ANY).await?;
    assert_eq!(written.md5, Some(STANDARD.encode(Md5::digest(&whole))));
    assert!(blobs.read(name).await? == whole, "{name}");
    Ok(())
}

const HOUR: Duration = Duration::from_secs(3600);
const MOMENT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn uploads_that_share_little_room_all_end_well() {
    for mut blobs in stores() {
        // One block at a time of one of them, with all of them begun.
        blobs.room = Room::of(8 << 20, HOUR, HOUR);
        let names: Vec<String> = (0..6).map(|n| format!("many/{n}")).collect();
        let all = futures::future::try_join_all(names.iter().map(|name| long(&blobs, name)));
        tokio::time::timeout(HOUR / 60, all).await.expect("nobody waits for what another holds").unwrap();
        // All of it is free again.
        drop(blobs.room.take(8 << 20).await.unwrap());
    }
}

#[tokio::test]
async fn who_finds_no_room_is_told_to_come_later() {
    let mut blobs = Blobs::open("memory:").unwrap();
    blobs.room = Room::of(8 << 20, MOMENT, HOUR);
    let upload = || blobs.put_stream("a", stream::iter([Ok(Bytes::from_static(b"x"))]), ANY);
    let held = blobs.room.take(1).await.unwrap();
    assert!(matches!(upload().await, Err(Error::Busy(_))));
    drop(held);
    assert_eq!(upload().await.unwrap().bytes, 1);
}

#[tokio::test]
async fn who_is_silent_for_too_long_gives_the_room_back() {
    let mut blobs = Blobs::open("memory:").unwrap();
    blobs.room = Room::of(8 << 20, HOUR, MOMENT);
    let one = || stream::iter([Ok(Bytes::from_static(b"x"))]);
    let (silent, next) = tokio::join!(
        blobs.put_stream("silent", one().chain(stream::pending()), ANY),
        blobs.put_stream("next", one(), ANY)
    );
    assert!(matches!(silent, Err(Error::Busy(_))), "{silent:?}");
    assert_eq!(next.unwrap().bytes, 1);
    assert_eq!(blobs.list("").await.unwrap(), ["next"]);
}

#[tokio::test]
async fn uploads_that_a_killed_process_left_are_given_up_after_their_time() {
    let mut given_up = Vec::new();
    for blobs in stores() {
        blobs.put("a/whole", Bytes::from_static(b"whole")).await.unwrap();
        blobs.abandon("a/killed").await;
        blobs.abandon("b/killed").await;
        let now = Clock::system().now();
        assert_eq!(blobs.give_up_uploads(now - HOUR.as_micros() as i64).await.unwrap(), 0, "too early");
        given_up.push(blobs.give_up_uploads(now + HOUR.as_micros() as i64).await.unwrap());
        assert_eq!(blobs.give_up_uploads(now + HOUR.as_micros() as i64).await.unwrap(), 0, "they are gone");
        assert_eq!(blobs.read("a/whole").await.unwrap(), "whole");
    }
    // Only a bucket has such uploads.
    assert!([[0, 0].as_slice(), &[0, 0, 2]].contains(&given_up.as_slice()), "{given_up:?}");
}
