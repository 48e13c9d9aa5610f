//! Uploads in parts that nobody ends: a process was killed amid one. No object is to be seen, but the store keeps the parts
//! until it is told to forget them.

use std::time::Duration;

use http::{Method, Request};
use jiff::Timestamp;
use object_store::aws::AmazonS3;
use object_store::client::{HttpClient, HttpConnector, HttpRequestBody, ReqwestConnector};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{ClientOptions, MultipartId};
use serde::Deserialize;

use super::Blobs;
use crate::{Error, Micros};

/// How long an address for a list of uploads is good.
const ADDRESS: Duration = Duration::from_secs(60);

/// A bucket of an S3-compatible store, and our folder in it.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    s3: AmazonS3,
    prefix: Path,
    http: HttpClient,
}

/// What the store answers; at most a thousand.
#[derive(Deserialize)]
struct Listing {
    #[serde(default, rename = "Upload")]
    uploads: Vec<Upload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Upload {
    key: String,
    upload_id: MultipartId,
    initiated: String,
}

impl Upload {
    fn began(&self) -> Result<Micros, Error> {
        let at: Result<Timestamp, _> = self.initiated.parse();
        at.map(Timestamp::as_microsecond).map_err(|e| Error::internal("reading when an upload in parts began", e))
    }
}

impl Bucket {
    pub fn new(s3: AmazonS3, prefix: Path) -> Result<Self, Error> {
        let http = ReqwestConnector::default().connect(&ClientOptions::new().with_allow_http(true))?;
        Ok(Self { s3, prefix, http })
    }

    async fn uploads(&self) -> Result<Vec<Upload>, Error> {
        let asked = [("uploads", String::new()), ("prefix", self.prefix.to_string())];
        let options = SignedUrlOptions::new().with_query(asked);
        let address = self.s3.signed_url_opts(Method::GET, &Path::default(), ADDRESS, &options).await?;
        let request = Request::get(address.as_str()).body(HttpRequestBody::empty());
        let request = request.map_err(|e| Error::internal("asking for uploads in parts", e))?;
        let away = |e| Error::Busy(format!("the object store does not list uploads in parts: {e}"));
        let answer = self.http.execute(request).await.map_err(away)?;
        if !answer.status().is_success() {
            return Err(Error::Busy(format!("the object store lists no uploads in parts: {}", answer.status())));
        }
        let text = answer.into_body().bytes().await.map_err(away)?;
        let listing: Listing = quick_xml::de::from_reader(&text[..])
            .map_err(|e| Error::internal("reading a list of uploads in parts", e))?;
        // A folder beside ours may begin with the same letters.
        let ours = |upload: &Upload| Path::from(upload.key.as_str()).prefix_matches(&self.prefix);
        Ok(listing.uploads.into_iter().filter(ours).collect())
    }
}

impl Blobs {
    /// Gives up the uploads in parts that began before then; how many.
    pub async fn give_up_uploads(&self, before: Micros) -> Result<usize, Error> {
        let Some(bucket) = &self.bucket else { return Ok(0) };
        let mut given_up = 0;
        loop {
            let mut old = Vec::new();
            for upload in bucket.uploads().await? {
                if upload.began()? < before {
                    old.push(upload);
                }
            }
            if old.is_empty() {
                return Ok(given_up);
            }
            for upload in &old {
                bucket.s3.abort_multipart(&Path::from(upload.key.as_str()), &upload.upload_id).await?;
            }
            given_up += old.len();
        }
    }
}

#[cfg(test)]
impl Blobs {
    /// As if a process were killed after it has sent a part.
    pub async fn abandon(&self, name: &str) {
        let Some(bucket) = &self.bucket else { return };
        let path: Path = bucket.prefix.parts().chain(Path::from(name).parts()).collect();
        let id = bucket.s3.create_multipart(&path).await.unwrap();
        bucket.s3.put_part(&path, &id, 0, bytes::Bytes::from_static(b"part").into()).await.unwrap();
    }
}
