//! Signed addresses: the other door to a proof.
//!
//! Uploads and downloads carry no credential of their own (the client sends none), so the address itself is the proof: it
//! says what may be done until when, and a keyed BLAKE3 hash over that says that this server wrote it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::clock::Micros;
use crate::domain::Domain;
use crate::{Error, Problem};

/// How long an address is good: the client may retry one for minutes, and a download may be long.
const GOOD_FOR: Micros = 24 * 3600 * 1_000_000;

/// What an address is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "u", rename_all = "lowercase")]
pub enum TicketUse {
    /// Reading one blob, with ranges.
    Get {
        /// Name in the blob store.
        #[serde(rename = "b")]
        blob: String,
        /// Name shown to whoever saves it.
        #[serde(rename = "n")]
        name: String,
    },
    /// Reading one object of an artifact, with ranges.
    Object {
        /// Object id.
        #[serde(rename = "o")]
        object: i64,
        /// Name shown to whoever saves it.
        #[serde(rename = "n")]
        name: String,
    },
    /// Writing one file of an artifact that is not committed, whole.
    PutObject {
        /// Artifact id.
        #[serde(rename = "a")]
        artifact: i64,
        /// MD5 in base64 that the bytes must have.
        #[serde(rename = "m")]
        md5: String,
    },
    /// Writing one part of such a file.
    PutPart {
        /// Upload id.
        #[serde(rename = "p")]
        upload: i64,
        /// Number of the part.
        #[serde(rename = "i")]
        part: i64,
    },
    /// Writing one manifest of such an artifact.
    PutManifest {
        /// Manifest id.
        #[serde(rename = "f")]
        manifest: i64,
    },
    /// Writing one run file, whole.
    Put {
        /// Run id.
        #[serde(rename = "r")]
        run: i64,
        /// File name below the run.
        #[serde(rename = "n")]
        name: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Signed {
    #[serde(flatten)]
    usage: TicketUse,
    /// Good until, in seconds.
    #[serde(rename = "e")]
    expires: i64,
}

/// A verified address. Only `policy` can build one.
#[derive(Clone, Debug)]
pub struct Ticket {
    domain: Domain,
    usage: TicketUse,
}

impl Domain {
    /// The last part of an address that is good for `usage` for a day.
    pub(crate) fn sign(&self, usage: TicketUse) -> Result<String, Error> {
        let signed = Signed { usage, expires: (self.clock().now() + GOOD_FOR) / 1_000_000 };
        let body = serde_json::to_vec(&signed).map_err(|e| Error::internal("signing an address", e))?;
        let mac = blake3::keyed_hash(self.ticket_key(), &body);
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(&body), URL_SAFE_NO_PAD.encode(mac.as_bytes())))
    }

    /// Verifies the last part of an address.
    pub fn redeem(&self, text: &str) -> Result<Ticket, Error> {
        let wrong = || Error::NotFound(Problem::AddressUnknown);
        let (body, mac) = text.split_once('.').ok_or_else(wrong)?;
        let body = URL_SAFE_NO_PAD.decode(body).map_err(|_| wrong())?;
        let mac: [u8; 32] = URL_SAFE_NO_PAD.decode(mac).ok().and_then(|m| m.try_into().ok()).ok_or_else(wrong)?;
        // blake3::Hash compares in constant time.
        if blake3::keyed_hash(self.ticket_key(), &body) != blake3::Hash::from_bytes(mac) {
            return Err(wrong());
        }
        let signed: Signed = serde_json::from_slice(&body).map_err(|_| wrong())?;
        if signed.expires * 1_000_000 < self.clock().now() {
            return Err(Error::NotFound(Problem::AddressOld));
        }
        Ok(Ticket { domain: self.clone(), usage: signed.usage })
    }
}

impl Ticket {
    /// What it allows.
    pub fn usage(&self) -> &TicketUse {
        &self.usage
    }

    pub(crate) fn domain(&self) -> &Domain {
        &self.domain
    }
}
