//! What can be wrong with a request or a command before the domain sees it; the sentences are in `locales/`, at `problem.CODE`.

domain::sentences! {
    /// Why a request or a command cannot be taken.
    pub enum Problem {
        BadTime = "BAD_TIME" { text: String },
        ExportFormat = "EXPORT_FORMAT" { format: String },
        MailSettings = "MAIL_SETTINGS" { detail: String },
        // Requests.
        AuthorizationHeader = "AUTHORIZATION_HEADER",
        BadId = "BAD_ID" { kind: String, id: String },
        BodyBroke = "BODY_BROKE" { detail: String },
        BodyNotJson = "BODY_NOT_JSON" { detail: String },
        BodyKind = "BODY_KIND",
        CsrfHeader = "CSRF_HEADER",
        OtherSite = "OTHER_SITE",
        QueryDeep = "QUERY_DEEP" { most: usize },
        QueryFragments = "QUERY_FRAGMENTS" { most: usize },
        QueryLarge = "QUERY_LARGE" { most: usize },
        QueryLong = "QUERY_LONG" { most: usize },
        CodeNeeded = "CODE_NEEDED",
        CodeWrong = "CODE_WRONG",
        EmailOfProvider = "EMAIL_OF_PROVIDER",
        TokenForm = "TOKEN_FORM",
        WrongPassword = "WRONG_PASSWORD",

        // Commands.
        BackupUnreadable = "BACKUP_UNREADABLE" { file: String, detail: String },
        CannotListen = "CANNOT_LISTEN" { address: String, detail: String },
        CannotWrite = "CANNOT_WRITE" { folder: String, detail: String },
        Damaged = "DAMAGED" { count: usize },
        DataDir = "DATA_DIR" { folder: String, detail: String },
        FileExists = "FILE_EXISTS" { file: String },
        KeyFile = "KEY_FILE" { file: String, detail: String },
        NoPassword = "NO_PASSWORD",
        WholeDays = "WHOLE_DAYS",

        // Configuration.
        BaseUrl = "BASE_URL" { detail: String },
        BaseUrlQuery = "BASE_URL_QUERY",
        BaseUrlScheme = "BASE_URL_SCHEME" { scheme: String },
        ConfigNotToml = "CONFIG_NOT_TOML" { file: String, detail: String },
        ConfigNotValue = "CONFIG_NOT_VALUE" { file: String, key: String },
        ConfigUnknown = "CONFIG_UNKNOWN" { file: String, key: String, nearest: String },
        ConfigUnreadable = "CONFIG_UNREADABLE" { file: String, detail: String },
        GroupRoles = "GROUP_ROLES" { text: String },
        OidcClient = "OIDC_CLIENT",
        LogLevel = "LOG_LEVEL" { level: String, detail: String },
        NoLanguage = "NO_LANGUAGE" { code: String },
        NotDuration = "NOT_DURATION" { text: String },
        NotSize = "NOT_SIZE" { text: String },
    }
}
