-- Teams, roles, keys, denials that can be opened, requests, invitations, redirects, sign-in by an identity provider.

ALTER TABLE entity ADD COLUMN hidden BOOLEAN NOT NULL DEFAULT FALSE;          -- a team that only its members may know of
ALTER TABLE entity ADD COLUMN members_invite BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE entity ADD COLUMN new_projects TEXT NOT NULL DEFAULT 'team';      -- visibility of projects made by wandb.init
ALTER TABLE entity ADD COLUMN quota_bytes BIGINT;                             -- null: no limit

ALTER TABLE account ADD COLUMN kind TEXT NOT NULL DEFAULT 'user';             -- user | service
ALTER TABLE account ADD COLUMN home_id BIGINT REFERENCES entity (id);         -- a service account's team, or default team
ALTER TABLE account ADD COLUMN org_wide BOOLEAN NOT NULL DEFAULT FALSE;       -- a service account of the organization
ALTER TABLE account ADD COLUMN subject TEXT;                                  -- who it is to the identity provider
ALTER TABLE account ADD COLUMN totp_secret TEXT;                              -- base32; null: no second step
ALTER TABLE account ADD COLUMN totp_pending TEXT;                             -- shown, not yet confirmed
ALTER TABLE account ADD COLUMN totp_step BIGINT;                              -- the last step used, so that no code works twice
ALTER TABLE account ADD COLUMN last_seen_at BIGINT;
CREATE UNIQUE INDEX account_subject ON account (subject);

CREATE TABLE recovery_code (
    user_id BIGINT NOT NULL REFERENCES account (id),
    hash    TEXT NOT NULL, -- BLAKE3
    PRIMARY KEY (user_id, hash)
);

-- A link by which the holder of an account that an admin made chooses a password.
CREATE TABLE password_link (
    hash       TEXT PRIMARY KEY, -- BLAKE3 of the token
    user_id    BIGINT NOT NULL REFERENCES account (id),
    expires_at BIGINT NOT NULL
);

CREATE TABLE custom_role (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    base       TEXT NOT NULL, -- viewer | member
    adds       TEXT NOT NULL, -- JSON array of actions
    created_at BIGINT NOT NULL
);
ALTER TABLE membership ADD COLUMN custom_role_id BIGINT REFERENCES custom_role (id);
ALTER TABLE project_member ADD COLUMN custom_role_id BIGINT REFERENCES custom_role (id);

ALTER TABLE project ADD COLUMN archived_at BIGINT;

ALTER TABLE api_key ADD COLUMN team_id BIGINT REFERENCES entity (id);         -- narrowed to this entity
ALTER TABLE api_key ADD COLUMN kind TEXT NOT NULL DEFAULT 'key';              -- key | token (short-lived, for an identity token)
ALTER TABLE api_key ADD COLUMN last_used_from TEXT;
ALTER TABLE api_key ADD COLUMN last_used_client TEXT;

ALTER TABLE web_session ADD COLUMN address TEXT;
ALTER TABLE web_session ADD COLUMN client TEXT;
ALTER TABLE web_session ADD COLUMN last_seen_at BIGINT;

ALTER TABLE run ADD COLUMN submitted_by BIGINT REFERENCES account (id);       -- the service account that sent it for its user
ALTER TABLE run ADD COLUMN redirected_from TEXT;                              -- the entity that the script named
ALTER TABLE run ADD COLUMN grace TEXT;                                        -- why its user may not write any more: let finish

ALTER TABLE audit ADD COLUMN address TEXT;
ALTER TABLE audit ADD COLUMN client TEXT;
ALTER TABLE audit ADD COLUMN reference TEXT;
CREATE INDEX audit_target ON audit (target);

-- Settings of the organization, by name; a name that is not there has its default.
CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- A denial that was told to a signed-in caller, for /e/REFERENCE.
CREATE TABLE denial (
    reference  TEXT PRIMARY KEY,
    user_id    BIGINT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    action     TEXT NOT NULL,
    entity     TEXT NOT NULL, -- as asked
    project    TEXT NOT NULL, -- as asked, or ''
    object     TEXT NOT NULL, -- as asked, or ''
    causes     TEXT NOT NULL, -- JSON [{"code", "args"}]
    trace      TEXT NOT NULL  -- JSON [{"name", "ok", "args"}]
);
CREATE INDEX denial_again ON denial (user_id, action, entity, project, object);
CREATE INDEX denial_expires ON denial (expires_at);

CREATE TABLE access_request (
    id          BIGINT PRIMARY KEY,
    reference   TEXT NOT NULL,
    user_id     BIGINT NOT NULL REFERENCES account (id),
    action      TEXT NOT NULL,
    entity      TEXT NOT NULL, -- by name: it may not exist, and the requester must not learn that
    project     TEXT NOT NULL,
    object      TEXT NOT NULL,
    message     TEXT,
    state       TEXT NOT NULL, -- pending | approved | declined
    role        TEXT,
    created_at  BIGINT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT,
    answer      TEXT
);
CREATE INDEX access_request_entity ON access_request (entity, state);
CREATE INDEX access_request_user ON access_request (user_id);

CREATE TABLE invitation (
    id             BIGINT PRIMARY KEY,
    team_id        BIGINT NOT NULL REFERENCES entity (id),
    role           TEXT NOT NULL,
    custom_role_id BIGINT REFERENCES custom_role (id),
    email          TEXT,   -- lower case
    user_id        BIGINT REFERENCES account (id),
    hash           TEXT NOT NULL UNIQUE, -- BLAKE3 of the token in the link
    created_by     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL,
    accepted_at    BIGINT,
    accepted_by    TEXT,
    revoked_at     BIGINT
);
CREATE INDEX invitation_team ON invitation (team_id);

-- Names that lead elsewhere.
CREATE TABLE redirect (
    id             BIGINT PRIMARY KEY,
    entity         TEXT NOT NULL, -- exact, or with *
    project        TEXT NOT NULL, -- exact, or '' for the entity itself
    target_entity  TEXT NOT NULL, -- or @me
    target_project TEXT NOT NULL, -- or ''
    origin         TEXT NOT NULL, -- admin | rename
    created_by     TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    UNIQUE (entity, project)
);

-- Which identity tokens may act as which service account.
CREATE TABLE identity_rule (
    id           BIGINT PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES account (id),
    issuer       TEXT NOT NULL,
    audience     TEXT NOT NULL,
    claims       TEXT NOT NULL, -- JSON object of strings, * matches
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX identity_rule_issuer ON identity_rule (issuer);

-- A sign-in by the identity provider that is under way; used once.
CREATE TABLE sign_in_flow (
    state      TEXT PRIMARY KEY, -- BLAKE3 of what travels through the browser
    nonce      TEXT NOT NULL,
    verifier   TEXT NOT NULL,
    next       TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Mails and webhooks to send.
CREATE TABLE notice (
    id         BIGINT PRIMARY KEY,
    kind       TEXT NOT NULL, -- mail | webhook
    recipient  TEXT NOT NULL,
    body       TEXT NOT NULL, -- JSON
    created_at BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    attempts   BIGINT NOT NULL
);
CREATE INDEX notice_due ON notice (due_at);
