//! What can be wrong with a request, as data. The sentences are in `locales/`, at `problem.CODE` and `thing.WORD`.

use crate::model::{RunState, SweepState};

crate::sentences! {
    /// Why something was not found, is in the way, or cannot be accepted.
    pub enum Problem {
        NotFound = "NOT_FOUND" { what: Thing, name: String },
        BadWord = "BAD_WORD" { what: Thing, text: String, known: String },
        TooLong = "TOO_LONG" { what: Thing, length: usize, most: usize },
        TooMany = "TOO_MANY" { what: Thing, most: usize },
        Empty = "EMPTY" { what: Thing },
        NotJson = "NOT_JSON" { what: Thing, detail: String },
        NotJsonObject = "NOT_JSON_OBJECT" { what: Thing },
        OtherCursor = "OTHER_CURSOR",

        // Names.
        NameLength = "NAME_LENGTH" { what: Thing, most: usize },
        NameNotPlain = "NAME_NOT_PLAIN" { what: Thing, name: String },
        NameReserved = "NAME_RESERVED" { what: Thing, name: String },
        NameDots = "NAME_DOTS" { what: Thing, name: String },
        NameCharacter = "NAME_CHARACTER" { what: Thing, name: String, character: String },
        NameTaken = "NAME_TAKEN" { name: String },
        LabelLength = "LABEL_LENGTH" { what: Thing, most: usize },
        FileNameLength = "FILE_NAME_LENGTH" { name: String, most: usize },
        FileNameParts = "FILE_NAME_PARTS" { name: String },
        ProjectPath = "PROJECT_PATH" { text: String },
        ProjectExists = "PROJECT_EXISTS" { project: String },

        // People.
        BadEmail = "BAD_EMAIL" { email: String },
        EmailTaken = "EMAIL_TAKEN" { email: String },
        PasswordShort = "PASSWORD_SHORT" { least: usize },
        PasswordLong = "PASSWORD_LONG" { most: usize },
        PasswordMissing = "PASSWORD_MISSING",
        PasswordWrong = "PASSWORD_WRONG",
        LastAdmin = "LAST_ADMIN" { name: String },
        LastTeamAdmin = "LAST_TEAM_ADMIN" { user: String, team: String },
        NameLeads = "NAME_LEADS" { name: String, target: String },
        ServiceAccountMember = "SERVICE_ACCOUNT_MEMBER" { name: String },
        AlreadyMember = "ALREADY_MEMBER" { user: String, team: String },
        TeamHasRuns = "TEAM_HAS_RUNS" { team: String, runs: i64 },
        RoleExists = "ROLE_EXISTS" { name: String },
        RoleAction = "ROLE_ACTION" { action: String },
        RoleInUse = "ROLE_IN_USE" { role: String, places: String },
        InvitationDays = "INVITATION_DAYS" { most: u32 },
        InvitationTwo = "INVITATION_TWO",
        InvitationOver = "INVITATION_OVER",
        InvitationOther = "INVITATION_OTHER",
        InvitationSignIn = "INVITATION_SIGN_IN",
        SignUpOff = "SIGN_UP_OFF",
        ReadOnlyNow = "READ_ONLY_NOW" { reason: String },
        RedirectPattern = "REDIRECT_PATTERN" { pattern: String },
        RedirectExists = "REDIRECT_EXISTS" { pattern: String, target: String },
        RedirectLoop = "REDIRECT_LOOP" { pattern: String, target: String },
        RedirectHop = "REDIRECT_HOP" { name: String, target: String },
        PersonalSpace = "PERSONAL_SPACE" { name: String },
        SetUpAlready = "SET_UP_ALREADY",
        SetupLinkOld = "SETUP_LINK_OLD",
        KeyDays = "KEY_DAYS" { most: String },
        PasswordLink = "PASSWORD_LINK",
        PasswordsOff = "PASSWORDS_OFF",
        PasswordsNeeded = "PASSWORDS_NEEDED",
        ServiceAdmin = "SERVICE_ADMIN" { name: String },
        TwoFactorNotBegun = "TWO_FACTOR_NOT_BEGUN",
        WrongCode = "WRONG_CODE",

        // Identity providers.
        TokenUnreadable = "TOKEN_UNREADABLE",
        TokenAlgorithm = "TOKEN_ALGORITHM" { algorithm: String },
        TokenKey = "TOKEN_KEY" { issuer: String },
        TokenSignature = "TOKEN_SIGNATURE" { issuer: String },
        TokenClaim = "TOKEN_CLAIM" { claim: &'static str },
        TokenExpired = "TOKEN_EXPIRED",
        TokenEarly = "TOKEN_EARLY",
        TokenIssuer = "TOKEN_ISSUER" { issuer: String },
        TokenIssuerSilent = "TOKEN_ISSUER_SILENT" { issuer: String },
        TokenNoRule = "TOKEN_NO_RULE" { issuer: String, claims: String },
        TokenManyRules = "TOKEN_MANY_RULES" { issuer: String },
        RuleIssuer = "RULE_ISSUER" { issuer: String },
        RuleClaims = "RULE_CLAIMS",
        EmailUnverified = "EMAIL_UNVERIFIED" { user: String },
        NoAccount = "NO_ACCOUNT" { user: String },
        RuleAudience = "RULE_AUDIENCE",

        NothingToRequest = "NOTHING_TO_REQUEST",
        RequestAnswered = "REQUEST_ANSWERED",

        // Runs.
        StateNotSettable = "STATE_NOT_SETTABLE" { to: RunState },
        StateOfSweep = "STATE_OF_SWEEP",
        StateChange = "STATE_CHANGE" { run: String, state: RunState, to: RunState },
        StopNotRunning = "STOP_NOT_RUNNING" { run: String, state: RunState },
        RewindMetric = "REWIND_METRIC" { metric: String },
        RewindStep = "REWIND_STEP",
        LineNumber = "LINE_NUMBER" { offset: i64, most: i64 },
        SeriesTooMany = "SERIES_TOO_MANY" { runs: usize, lines: usize },
        BadSpec = "BAD_SPEC" { text: String, detail: String },
        BadOrder = "BAD_ORDER" { text: String },
        FilterNotObject = "FILTER_NOT_OBJECT" { got: String },
        FilterOperand = "FILTER_OPERAND" { operator: String, field: String, what: Thing, got: String },
        FilterOperator = "FILTER_OPERATOR" { operator: String, known: &'static str },
        FilterPattern = "FILTER_PATTERN" { field: String, detail: String },

        // Views.
        ViewChanged = "VIEW_CHANGED" { user: String },
        CommentNotYours = "COMMENT_NOT_YOURS" { user: String },

        // Sweeps.
        SweepNotYaml = "SWEEP_NOT_YAML" { detail: String },
        SweepNotObject = "SWEEP_NOT_OBJECT",
        SweepMethodMissing = "SWEEP_METHOD_MISSING" { known: &'static str },
        SweepMethod = "SWEEP_METHOD" { method: String, known: &'static str },
        SweepMethodFixed = "SWEEP_METHOD_FIXED",
        SweepOption = "SWEEP_OPTION" { option: String },
        SweepNoConfig = "SWEEP_NO_CONFIG",
        SweepNoParameters = "SWEEP_NO_PARAMETERS",
        SweepParameterEmpty = "SWEEP_PARAMETER_EMPTY" { parameter: String },
        SweepParameterNeeds = "SWEEP_PARAMETER_NEEDS" { parameter: String, key: &'static str },
        SweepParameterWhole = "SWEEP_PARAMETER_WHOLE" { parameter: String, key: &'static str },
        SweepParameterPositive = "SWEEP_PARAMETER_POSITIVE" { parameter: String, key: &'static str },
        SweepBounds = "SWEEP_BOUNDS" { parameter: String },
        SweepProbabilities = "SWEEP_PROBABILITIES" { parameter: String, values: usize },
        SweepDistribution = "SWEEP_DISTRIBUTION" { parameter: String, distribution: String, known: &'static str },
        SweepGrid = "SWEEP_GRID" { parameter: String },
        SweepMetric = "SWEEP_METRIC",
        SweepGoal = "SWEEP_GOAL" { goal: String },
        SweepRunCap = "SWEEP_RUN_CAP",
        SweepStateChange = "SWEEP_STATE_CHANGE" { sweep: String, state: SweepState, to: SweepState },
        SweepOver = "SWEEP_OVER" { sweep: String, state: SweepState },

        // Files.
        AddressNotForWriting = "ADDRESS_NOT_FOR_WRITING",
        AddressNotForReading = "ADDRESS_NOT_FOR_READING",
        AddressUnknown = "ADDRESS_UNKNOWN",
        AddressOld = "ADDRESS_OLD",
        FileGone = "FILE_GONE" { name: String },
        FileRunGone = "FILE_RUN_GONE" { name: String },
        FilePattern = "FILE_PATTERN" { pattern: String },
        UploadBroke = "UPLOAD_BROKE" { detail: String },
        UploadLength = "UPLOAD_LENGTH" { announced: u64, came: u64 },

        // Databases, stores and backups.
        DatabaseUrl = "DATABASE_URL",
        StorageUrl = "STORAGE_URL",
        SchemaNewer = "SCHEMA_NEWER" { version: usize, known: usize },
        DatabaseNotEmpty = "DATABASE_NOT_EMPTY" { table: String, rows: i64 },
        BlobMissing = "BLOB_MISSING" { blob: String },
        BackupNone = "BACKUP_NONE",
        BackupCutOff = "BACKUP_CUT_OFF",
        BackupChanged = "BACKUP_CHANGED" { detail: String },
        BackupNewer = "BACKUP_NEWER",
        StoredMissing = "STORED_MISSING",
        StoredLength = "STORED_LENGTH" { bytes: u64, expected: i64 },
        StoredNotParquet = "STORED_NOT_PARQUET",
        StoredChanged = "STORED_CHANGED",
    }
}

macro_rules! things {
    ($($variant:ident = $word:literal),+ $(,)?) => {
        /// Kinds of things and inputs that a sentence may name, at `thing.WORD`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the catalogue has the words")]
        pub enum Thing { $($variant),+ }

        impl Thing {
            /// Every word, for the catalogue's completeness test.
            pub const WORDS: &'static [&'static str] = &[$($word),+];
        }

        impl std::fmt::Display for Thing {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

things! {
    AccessToken = "access_token",
    Action = "action",
    AlertSeverity = "alert_severity",
    AlertText = "alert_text",
    AlertTitle = "alert_title",
    Blob = "blob",
    Boolean = "boolean",
    Comment = "comment",
    Commit = "commit",
    Config = "config",
    Denial = "denial",
    Description = "description",
    DisplayName = "display_name",
    Entity = "entity",
    EntityName = "entity_name",
    File = "file",
    FileName = "file_name",
    Filter = "filter",
    FullName = "full_name",
    Group = "group",
    Host = "host",
    IdentityRule = "identity_rule",
    Invitation = "invitation",
    Job = "job",
    JobType = "job_type",
    Key = "key",
    KeyName = "key_name",
    KeyScope = "key_scope",
    Language = "language",
    List = "list",
    ListOfFilters = "list_of_filters",
    Member = "member",
    Message = "message",
    Notes = "notes",
    Notice = "notice",
    Number = "number",
    Pattern = "pattern",
    Program = "program",
    Project = "project",
    ProjectName = "project_name",
    Redirect = "redirect",
    Repository = "repository",
    Request = "request",
    RequestState = "request_state",
    Role = "role",
    Run = "run",
    RunId = "run_id",
    RunState = "run_state",
    Session = "session",
    ServiceAccount = "service_account",
    Setting = "setting",
    Spec = "spec",
    Stream = "stream",
    Summary = "summary",
    Sweep = "sweep",
    SweepAgent = "sweep_agent",
    SweepConfig = "sweep_config",
    SweepState = "sweep_state",
    Tag = "tag",
    Team = "team",
    Upload = "upload",
    User = "user",
    UserName = "user_name",
    View = "view",
    ViewType = "view_type",
    Visibility = "visibility",
}
