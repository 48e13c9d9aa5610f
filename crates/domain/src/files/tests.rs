//! Files from upload address to download, on every database.

use bytes::Bytes;
use futures::{TryStreamExt, stream};

use super::{ByteRange, FileQuery};
use crate::db::sql;
use crate::model::RunPath;
use crate::policy::{Read, Run, Update};
use crate::testing::Lab;
use crate::{Error, Problem};

/// The ticket in an address of ours.
fn ticket(url: &str) -> &str {
    url.strip_prefix("http://localhost:8080/blob/").unwrap()
}

async fn upload(lab: &Lab, run: &str, name: &str, text: &'static str) -> super::RunFile {
    let urls = lab.allow::<Update>(run).await.unwrap().upload_urls(&[name]).unwrap();
    let ticket = lab.domain.redeem(ticket(&urls[0].url)).unwrap();
    ticket.write(stream::iter([Ok(Bytes::from_static(text.as_bytes()))]), Some(text.len() as u64)).await.unwrap()
}

async fn download(lab: &Lab, url: &str, range: Option<ByteRange>) -> Result<String, Error> {
    let file = lab.domain.redeem(ticket(url)).unwrap().read(range).await?;
    let parts: Vec<Bytes> = file.download.stream.try_collect().await?;
    Ok(String::from_utf8(parts.concat()).unwrap())
}

/// Lets the time pass after which blobs without a row are deleted.
async fn clean(lab: &Lab) {
    lab.clock().advance(std::time::Duration::from_secs(3700));
    lab.domain.run_due_jobs().await.unwrap();
}

async fn names(lab: &Lab, query: FileQuery) -> Vec<String> {
    lab.allow::<Read>("r").await.unwrap().files(query).await.unwrap().files.into_iter().map(|f| f.name).collect()
}

#[tokio::test]
async fn a_file_is_listed_as_soon_as_it_is_whole_and_replaced_whole() {
    for lab in Lab::all().await {
        lab.run("r").await;
        let first = upload(&lab, "r", "media/a b.txt", "hello").await;
        assert_eq!((first.bytes, first.md5.as_str()), (5, "XUFAKrxLKna5cZ2REBfFkg=="));
        let old_url = first.url.clone();
        let second = upload(&lab, "r", "media/a b.txt", "hello again").await;
        assert_eq!(second.id, first.id);
        let listed = lab.allow::<Read>("r").await.unwrap().files(FileQuery::default()).await.unwrap();
        assert_eq!(listed.files.len(), 1);
        assert!(!listed.has_next);
        assert_eq!(download(&lab, &listed.files[0].url, None).await.unwrap(), "hello again");
        assert_eq!(download(&lab, &listed.files[0].url, Some(ByteRange::Last(5))).await.unwrap(), "again");
        let head = lab.domain.redeem(ticket(&listed.files[0].url)).unwrap().head().await.unwrap();
        assert_eq!((head.name.as_str(), head.size), ("a b.txt", 11));
        assert_eq!(download(&lab, &old_url, None).await.unwrap(), "hello", "its readers may finish");
        clean(&lab).await;
        assert!(matches!(download(&lab, &old_url, None).await, Err(Error::NotFound { .. })));
        assert_eq!(lab.domain.blobs().list("files").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_upload_that_fails_leaves_what_was_there() {
    for lab in Lab::all().await {
        let id = lab.run("r").await.resource().id;
        upload(&lab, "r", "a", "old").await;
        let urls = lab.allow::<Update>("r").await.unwrap().upload_urls(&["a"]).unwrap();
        let put = lab.domain.redeem(ticket(&urls[0].url)).unwrap();
        let short = put.write(stream::iter([Ok(Bytes::from_static(b"ne"))]), Some(3)).await;
        assert!(matches!(short, Err(Error::Invalid { .. })), "{short:?}");
        assert!(matches!(put.read(None).await, Err(Error::Invalid { .. })));
        let file = lab.allow::<Read>("r").await.unwrap().files(FileQuery::default()).await.unwrap().files.remove(0);
        assert_eq!(download(&lab, &file.url, None).await.unwrap(), "old");
        let get = lab.domain.redeem(ticket(&file.url)).unwrap();
        assert!(matches!(
            get.write(stream::iter([Ok(Bytes::from_static(b"x"))]), None).await,
            Err(Error::Invalid { .. })
        ));

        sql("UPDATE run SET deleted_at = 1 WHERE id = $1").bind(id).run(lab.domain.db()).await.unwrap();
        clean(&lab).await;
        let gone = put.write(stream::iter([Ok(Bytes::from_static(b"new"))]), Some(3)).await;
        assert!(matches!(gone, Err(Error::NotFound(Problem::FileRunGone { .. }))), "{gone:?}");
        assert_eq!(lab.domain.blobs().list("files").await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn addresses_are_signed_and_come_one_per_name_in_order() {
    for lab in Lab::all().await {
        lab.run("r").await;
        let run = lab.allow::<Update>("r").await.unwrap();
        let asked = ["b", "a/ü.txt", "b"];
        let urls = run.upload_urls(&asked).unwrap();
        assert_eq!(urls.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), asked);
        let altered = ticket(&urls[0].url).replacen('e', "f", 1);
        assert!(matches!(lab.domain.redeem(&altered), Err(Error::NotFound { .. })));
        for bad in ["../x", "/abs", "", "a\\b"] {
            let Err(Error::Invalid(problem)) = run.upload_urls(&["ok", bad]) else { panic!("{bad}") };
            assert!(problem.args().contains(&("name", bad.to_owned())), "{problem}");
        }
    }
}

#[tokio::test]
async fn lists_are_filtered_paged_and_shortened_by_deletion() {
    for lab in Lab::all().await {
        lab.run("r").await;
        lab.run("other").await;
        for name in ["a.txt", "b_1.TXT", "b21.txt", "media/x.png", "media/y%.png"] {
            upload(&lab, "r", name, "x").await;
        }
        let foreign = upload(&lab, "other", "a.txt", "x").await;
        let like = |p: &str| FileQuery { pattern: Some(p.to_owned()), ..FileQuery::default() };
        assert_eq!(names(&lab, like("%.txt")).await.len(), 3);
        assert_eq!(names(&lab, like("B_1%")).await.len(), 2);
        assert_eq!(names(&lab, like("b\\_1%")).await, ["b_1.TXT"]);
        assert_eq!(names(&lab, like("%\\%%")).await, ["media/y%.png"]);
        assert!(lab.allow::<Read>("r").await.unwrap().files(like("a\\")).await.is_err());
        let some = FileQuery { names: vec!["a.txt".into(), "none".into()], ..FileQuery::default() };
        assert_eq!(names(&lab, some).await, ["a.txt"]);

        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = FileQuery { first: Some(2), after, ..FileQuery::default() };
            let page = lab.allow::<Read>("r").await.unwrap().files(page).await.unwrap();
            after = page.files.last().map(super::RunFile::cursor);
            seen.extend(page.files);
            if !page.has_next {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert_eq!(lab.allow::<Read>("r").await.unwrap().file_count().await.unwrap(), 5);
        let ids = [seen[0].id, foreign.id, 77];
        assert_eq!(lab.allow::<Update>("r").await.unwrap().delete_files(&ids).await.unwrap(), 1);
        assert_eq!(lab.allow::<Read>("r").await.unwrap().file_count().await.unwrap(), 4);
        assert_eq!(lab.allow::<Read>("other").await.unwrap().file_count().await.unwrap(), 1);
        clean(&lab).await;
        assert_eq!(lab.domain.blobs().list("files").await.unwrap().len(), 5);
    }
}

#[tokio::test]
async fn a_stranger_gets_no_proof_to_see_or_change_files() {
    for lab in Lab::all().await {
        lab.run("r").await;
        let path = RunPath::new("team", "p", "r");
        assert!(matches!(lab.mallory.allow::<Read, Run>(&path).await, Err(Error::Denied(_))));
        for session in [&lab.mallory, &lab.victor] {
            assert!(matches!(session.allow::<Update, Run>(&path).await, Err(Error::Denied(_))));
        }
    }
}
