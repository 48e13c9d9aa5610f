//! The types `Invitation` and `InvitationOffer`.

use domain::invitations::{Invitation, Offer};
use domain::rfc3339;

use super::{Payload, ids};

/// An invitation as it is listed, without its link.
pub fn payload(i: Invitation) -> Payload {
    Payload::new("Invitation")
        .with("id", ids::encode("Invitation", i.id))
        .with("entityName", i.entity)
        .with("role", i.role)
        .with("email", i.email)
        .with("userName", i.user)
        .with("createdBy", i.created_by)
        .with("createdAt", rfc3339(i.created_at))
        .with("expiresAt", rfc3339(i.expires_at))
}

/// What the link shows.
pub fn offer(offer: Offer) -> Payload {
    let i = offer.invitation;
    Payload::new("InvitationOffer")
        .with("id", ids::encode("Invitation", i.id))
        .with("entityName", i.entity)
        .with("role", i.role)
        .with("createdBy", i.created_by)
        .with("expiresAt", rfc3339(i.expires_at))
        .with("needsAccount", offer.needs_account)
        .with("email", i.email)
}
