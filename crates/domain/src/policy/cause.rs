//! Why not: reason codes with the evidence each was decided on. Plain data; the sentences are in `locales/`.

use super::decide::Check;
use super::operation::Operation;
use crate::clock::Micros;
use crate::model::Role;

macro_rules! causes {
    ($($(#[$doc:meta])* $variant:ident = $code:literal { $($(#[$fdoc:meta])* $field:ident : $type:ty),* $(,)? })+) => {
        /// One reason for a denial, with its evidence. The codes are stable (`extensions.reason` on the wire).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Cause {
            $($(#[$doc])* $variant { $($(#[$fdoc])* $field: $type),* }),+
        }

        impl Cause {
            /// Every code, for catalogues and their completeness test, with the names of its arguments.
            pub const CODES: &'static [(&'static str, &'static [&'static str])] =
                &[$(($code, &[$(stringify!($field)),*])),+];

            /// The stable code.
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $code),+ }
            }

            /// The evidence as text, by argument name. Empty text means "nothing to say here".
            pub fn args(&self) -> Args {
                match self {
                    $(Self::$variant { $($field),* } => vec![$((stringify!($field), Text::text($field))),*]),+
                }
            }
        }
    };
}

causes! {
    /// No key and no session where one is needed.
    KeyMissing = "KEY_MISSING" { /// Host asked.
        host: String }
    /// The key cannot be a key of any server.
    KeyMalformed = "KEY_MALFORMED" { /// Host asked.
        host: String }
    /// This server never issued the key.
    KeyUnknown = "KEY_UNKNOWN" { /// Host asked.
        host: String }
    /// The key's shape or prefix belongs to another server.
    KeyOtherServer = "KEY_OTHER_SERVER" { /// Host asked.
        host: String, /// Which kind of server issues such keys.
        issuer: String }
    /// The key was revoked.
    KeyRevoked = "KEY_REVOKED" { /// Host asked.
        host: String, /// Key id.
        key: String, /// Its name.
        name: String, /// When (RFC 3339).
        at: Time, /// By whom.
        by: String }
    /// The key has expired.
    KeyExpired = "KEY_EXPIRED" { /// Host asked.
        host: String, /// Key id.
        key: String, /// Its name.
        name: String, /// When.
        at: Time }
    /// The key is narrower than the request.
    KeyScope = "KEY_SCOPE" { /// The key's name.
        name: String, /// What it may do.
        scope: String, /// What was asked.
        action: Operation, /// Of which path.
        target: String }
    /// The account is disabled.
    UserDisabled = "USER_DISABLED" { /// The account.
        user: String, /// Organization admins.
        admins: Vec<String> }
    /// A team that the caller may know of and is not in.
    NotMember = "NOT_MEMBER" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The team.
        team: String, /// The path asked.
        target: String, /// Its admins.
        admins: Vec<String>, /// Where the caller could write instead.
        nearest: String, /// The caller's entities.
        own: Vec<String> }
    /// An invitation to the team waits for the caller.
    InvitePending = "INVITE_PENDING" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The team.
        team: String, /// The path asked.
        target: String, /// Where to accept.
        link: String }
    /// A name that an example left to be filled in.
    EntityPlaceholder = "ENTITY_PLACEHOLDER" { /// Caller.
        user: String, /// The entity asked.
        entity: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Where the caller could write instead.
        nearest: String, /// The caller's entities.
        own: Vec<String> }
    /// No such entity, or one that the caller may not know of: the same answer.
    EntityUnknownOrHidden = "ENTITY_UNKNOWN_OR_HIDDEN" { /// Caller.
        user: String, /// The entity asked.
        entity: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Where the caller could write instead.
        nearest: String, /// The caller's entities.
        own: Vec<String> }
    /// A service account outside its team.
    ServiceAccountOutOfTeam = "SERVICE_ACCOUNT_OUT_OF_TEAM" { /// The service account.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Its team.
        team: String, /// The entity asked.
        entity: String }
    /// A member whose role does not allow it.
    RoleTooLow = "ROLE_TOO_LOW" { /// Caller.
        user: String, /// The caller's role.
        role: String, /// The role needed.
        needed: Role, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Who can change the role.
        admins: Vec<String>, /// Where the caller could write instead.
        nearest: String }
    /// Reading a project that is not there.
    ProjectUnknown = "PROJECT_UNKNOWN" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The entity, which the caller may read.
        entity: String, /// The project asked.
        project: String, /// The nearest project name, if one is near.
        near: String, /// Some of the entity's projects.
        projects: Vec<String> }
    /// Making a project where the caller may not.
    ProjectCreateForbidden = "PROJECT_CREATE_FORBIDDEN" { /// Caller.
        user: String, /// The entity.
        entity: String, /// The project that would have been made.
        project: String, /// The caller's role there.
        role: String, /// Who can.
        admins: Vec<String>, /// Where the caller could write instead.
        nearest: String }
    /// A restricted project that the caller was not added to.
    ProjectRestricted = "PROJECT_RESTRICTED" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Who can add the caller.
        admins: Vec<String> }
    /// Writing to an archived project.
    ProjectArchived = "PROJECT_ARCHIVED" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// The project.
        project: String, /// Since when.
        at: Time, /// Who can take it out of the archive.
        admins: Vec<String> }
    /// The entity keeps as much as it may.
    Quota = "QUOTA" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// The entity.
        entity: String, /// What it keeps.
        used: String, /// The most it may keep.
        limit: String, /// Who can make room.
        admins: Vec<String>, /// Where the caller could write instead.
        nearest: String }
    /// The server takes no writes now.
    ReadOnly = "READ_ONLY" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// Why and until when, in the administrators' words.
        reason: String }
    /// Stopping or deleting another's run as a member.
    RunNotYours = "RUN_NOT_YOURS" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The run.
        target: String, /// Who submitted it.
        owner: String, /// Who may: its owner and the admins.
        admins: Vec<String> }
    /// A run or an agent of a sweep that is in another project.
    SweepOwnerMismatch = "SWEEP_OWNER_MISMATCH" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// The path asked.
        target: String, /// The sweep.
        sweep: String, /// Where it is, `entity/project`.
        place: String, /// Where it was looked for, `entity/project`.
        used: String, /// `entity/project/sweep`, when the caller may run agents of it.
        path: String, /// Who can let the caller run agents of it, when they may not.
        admins: Vec<String> }
    /// Only organization admins may.
    AdminOnly = "ADMIN_ONLY" { /// Caller.
        user: String, /// What was asked.
        action: Operation, /// Organization admins.
        admins: Vec<String> }
}

/// Evidence as text, by argument name.
pub type Args = Vec<(&'static str, String)>;

/// A time as evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time(pub Micros);

/// How a piece of evidence reads as text.
trait Text {
    fn text(&self) -> String;
}
impl Text for String {
    fn text(&self) -> String {
        self.clone()
    }
}
impl Text for Vec<String> {
    fn text(&self) -> String {
        self.join(", ")
    }
}
impl Text for Time {
    fn text(&self) -> String {
        crate::clock::rfc3339(self.0 - self.0.rem_euclid(1_000_000))
    }
}
impl Text for Operation {
    fn text(&self) -> String {
        self.to_string()
    }
}
impl Text for Role {
    fn text(&self) -> String {
        self.to_string()
    }
}

/// Codes of causes that somebody else's yes can mend.
const CAN_BE_GRANTED: [&str; 5] =
    ["NOT_MEMBER", "ENTITY_UNKNOWN_OR_HIDDEN", "ROLE_TOO_LOW", "PROJECT_RESTRICTED", "PROJECT_CREATE_FORBIDDEN"];

impl Cause {
    /// Whether it makes sense to ask somebody for the access that was refused for this code.
    pub fn can_be_granted(code: &str) -> bool {
        CAN_BE_GRANTED.contains(&code)
    }
}

/// A denial: all causes, the one whose remedy is most likely right first, and the checks that were made.
#[derive(Clone, Debug)]
pub struct Denied {
    /// Never empty.
    pub causes: Vec<Cause>,
    /// One line a check.
    pub trace: Vec<Check>,
    /// The credential itself was the trouble (HTTP 401 rather than 403).
    pub unauthenticated: bool,
    /// Names the stored denial (`/e/REF`); none where nobody could open it.
    pub reference: Option<String>,
}

impl Denied {
    /// A denial for a trouble with the credential.
    pub(crate) fn credential(cause: Cause) -> Self {
        let unauthenticated = !matches!(cause, Cause::UserDisabled { .. });
        let name = if unauthenticated { "key" } else { "user" };
        let trace = vec![Check { name, ok: false, args: cause.args() }];
        Self { causes: vec![cause], trace, unauthenticated, reference: None }
    }

    /// The first cause, which is shown.
    pub fn first(&self) -> &Cause {
        &self.causes[0]
    }

    /// Whether the path names nothing that the caller could be told of: a read may answer `null` instead.
    pub fn is_absence(&self) -> bool {
        matches!(self.causes[0], Cause::ProjectUnknown { .. })
    }
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let codes: Vec<_> = self.causes.iter().map(Cause::code).collect();
        f.write_str(&codes.join(", "))
    }
}
