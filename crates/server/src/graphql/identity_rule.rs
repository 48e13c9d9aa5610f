//! The type `IdentityRule`.

use domain::identity::IdentityRule;
use domain::rfc3339;

use super::{Json, Payload, ids};

/// The rule as the team's admins see it.
pub fn payload(rule: IdentityRule) -> Payload {
    Payload::new("IdentityRule")
        .with("id", ids::encode("IdentityRule", rule.id))
        .with("issuer", rule.issuer)
        .with("audience", rule.audience)
        .with("claims", Json(serde_json::json!(rule.claims)))
        .with("createdAt", rfc3339(rule.created_at))
        .with("lastUsedAt", rule.last_used_at.map(rfc3339))
}
