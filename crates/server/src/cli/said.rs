//! What commands say when they succeed; the sentences are in `locales/`, at `cli.CODE`.

use domain::model::Visibility;

domain::sentences! {
    /// A line, a part of one, or a heading.
    pub enum Said {
        // Around everything.
        Error = "ERROR" { text: String },
        Failed = "FAILED" { detail: String },

        // Serving.
        Listening = "LISTENING" { url: String },
        NoUsersYet = "NO_USERS_YET",

        // People, keys and projects.
        KeyRevoked = "KEY_REVOKED" { id: i64 },
        MemberAdded = "MEMBER_ADDED" { user: String, role: String, of: String },
        MemberRemoved = "MEMBER_REMOVED" { user: String, of: String },
        PasswordSet = "PASSWORD_SET" { name: String },
        ProjectArchived = "PROJECT_ARCHIVED" { project: String },
        ProjectUnarchived = "PROJECT_UNARCHIVED" { project: String },
        Renamed = "RENAMED" { old: String, new: String },
        ServiceAccountCreated = "SERVICE_ACCOUNT_CREATED" { name: String, team: String },
        ServiceAccountDeleted = "SERVICE_ACCOUNT_DELETED" { name: String },
        SettingChanged = "SETTING_CHANGED" { name: String, value: String },
        SettingLifted = "SETTING_LIFTED" { name: String },
        ProjectCreated = "PROJECT_CREATED" { project: String, visibility: Visibility },
        TeamCreated = "TEAM_CREATED" { name: String },
        TwoFactorReset = "TWO_FACTOR_RESET" { name: String },
        UserCreated = "USER_CREATED" { name: String },
        UserDisabled = "USER_DISABLED" { name: String },
        UserEnabled = "USER_ENABLED" { name: String },

        // Decisions.
        Allowed = "ALLOWED" { user: String, action: String, target: String },
        Denied = "DENIED" { user: String, action: String, target: String },

        // Exports.
        Exported = "EXPORTED" { runs: u64, unchanged: u64, versions: u64, files: u64, bytes: u64, folder: String },
        Exporting = "EXPORTING",

        // Backups.
        BackedUp = "BACKED_UP" { rows: u64, files: u64, bytes: u64, file: String },
        BackingUp = "BACKING_UP",
        Damage = "DAMAGE" { file: String, blob: String, problem: String },
        Reading = "READING",
        Restored = "RESTORED" { rows: u64, files: u64, bytes: u64 },
        Restoring = "RESTORING",
        Verified = "VERIFIED" { files: u64, segments: u64, bytes: u64, unreferenced: u64 },

        // Listings.
        Admin = "ADMIN",
        Created = "CREATED",
        Disabled = "DISABLED",
        Email = "EMAIL",
        Expires = "EXPIRES" { at: String },
        Id = "ID",
        IsAdmin = "IS_ADMIN",
        Key = "KEY",
        Members = "MEMBERS",
        Name = "NAME",
        Project = "PROJECT",
        Revoked = "REVOKED" { at: String },
        Scope = "SCOPE",
        State = "STATE",
        Team = "TEAM",
        Organization = "ORGANIZATION",
        LastUsed = "LAST_USED",
        Updated = "UPDATED",
        User = "USER",
        Value = "VALUE",
        Visibility = "VISIBILITY",
        Within = "WITHIN",
    }
}
