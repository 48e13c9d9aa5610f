//! The type `Organization`: one per server. Registries, which would give it an entity, are not offered yet.

use super::{Payload, ids};

/// The organization's name.
pub const NAME: &str = "runstead";

/// The organization. `coreWeaveOrganizationId` is never set: a value would make the client query a cloud's metadata address.
pub fn payload() -> Payload {
    Payload::new("Organization")
        .with("id", ids::encode("Organization", 1))
        .with("name", NAME)
        .with("featureFlags", Vec::<Payload>::new())
}
