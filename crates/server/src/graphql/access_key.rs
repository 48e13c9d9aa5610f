//! The type `AccessKey`: a key as its owner sees it after it was made.

use domain::keys::ApiKey;
use domain::rfc3339;

use super::{Payload, ids};

/// The key without its secret, which nobody has any more.
pub fn payload(key: ApiKey) -> Payload {
    Payload::new("AccessKey")
        .with("id", ids::encode("ApiKey", key.id))
        .with("name", key.name)
        .with("hint", key.hint)
        .with("scope", key.scope.as_str())
        .with("within", key.within)
        .with("createdAt", rfc3339(key.created_at))
        .with("lastUsedAt", key.last_used_at.map(rfc3339))
        .with("lastUsedFrom", key.last_used_from)
        .with("lastUsedClient", key.last_used_client)
        .with("expiresAt", key.expires_at.map(rfc3339))
        .with("revokedAt", key.revoked_at.map(rfc3339))
        .with("revokedBy", key.revoked_by)
}
