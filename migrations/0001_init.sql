-- The subset of SQL that SQLite and PostgreSQL share: BIGINT TEXT DOUBLE PRECISION BOOLEAN BYTEA.
-- Ids are made by the application; times are microseconds since 1970 (UTC); JSON is TEXT.

-- Facts about this server: its id, the prefix of its keys, the secret that signs tickets.
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Small consecutive ids, which the client decodes as integers (users, entities, projects).
CREATE TABLE counter (
    name TEXT PRIMARY KEY,
    last BIGINT NOT NULL
);

-- A user or a team: what stands before the slash in a path.
CREATE TABLE entity (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL, -- user | team
    created_at BIGINT NOT NULL
);

CREATE TABLE account (
    id            BIGINT PRIMARY KEY,
    entity_id     BIGINT NOT NULL UNIQUE REFERENCES entity (id),
    name          TEXT NOT NULL UNIQUE, -- the same as the entity's
    email         TEXT UNIQUE,
    full_name     TEXT,
    password_hash TEXT,                 -- argon2id, PHC string; null: cannot sign in with a password
    is_admin      BOOLEAN NOT NULL,     -- organization admin
    language      TEXT,
    created_at    BIGINT NOT NULL,
    disabled_at   BIGINT
);

CREATE TABLE membership (
    team_id    BIGINT NOT NULL REFERENCES entity (id),
    user_id    BIGINT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL, -- viewer | member | admin
    created_at BIGINT NOT NULL,
    PRIMARY KEY (team_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);

CREATE TABLE project (
    id          BIGINT PRIMARY KEY,
    entity_id   BIGINT NOT NULL REFERENCES entity (id),
    name        TEXT NOT NULL,
    visibility  TEXT NOT NULL, -- open | public | team | restricted
    description TEXT,
    owner_id    BIGINT REFERENCES account (id),
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    UNIQUE (entity_id, name)
);

CREATE TABLE project_member (
    project_id BIGINT NOT NULL REFERENCES project (id),
    user_id    BIGINT NOT NULL REFERENCES account (id),
    role       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, user_id)
);
CREATE INDEX project_member_user ON project_member (user_id);

CREATE TABLE api_key (
    id           BIGINT PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES account (id),
    name         TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE, -- BLAKE3 of the whole key
    hint         TEXT NOT NULL,        -- prefix and last four characters
    scope        TEXT NOT NULL,        -- read | write
    project_id   BIGINT REFERENCES project (id), -- narrowed to this project
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at   BIGINT,
    revoked_at   BIGINT,
    revoked_by   TEXT
);
CREATE INDEX api_key_user ON api_key (user_id);

CREATE TABLE web_session (
    hash       TEXT PRIMARY KEY, -- BLAKE3 of the cookie
    user_id    BIGINT NOT NULL REFERENCES account (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX web_session_user ON web_session (user_id);

CREATE TABLE audit (
    id       BIGINT PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT NOT NULL,  -- user name, 'operator', 'system' or 'anonymous'
    action   TEXT NOT NULL,  -- object:operation
    target   TEXT NOT NULL,
    outcome  TEXT NOT NULL,  -- done | denied
    reason   TEXT,           -- code of the first cause of a denial
    detail   TEXT            -- JSON
);
CREATE INDEX audit_at ON audit (at);

CREATE TABLE run (
    id             BIGINT PRIMARY KEY,
    project_id     BIGINT NOT NULL REFERENCES project (id),
    name           TEXT NOT NULL,        -- the id people type (8 characters unless chosen)
    user_id        BIGINT REFERENCES account (id),
    display_name   TEXT NOT NULL,
    state          TEXT NOT NULL,        -- as told; a silent running run is judged by heartbeat_at
    generation     BIGINT NOT NULL,      -- which branch of the streams is shown (rewind and restart make a new one)
    config         TEXT NOT NULL,        -- JSON {"key": {"value": …}}, strict: NaN is the string "NaN"
    summary        TEXT NOT NULL,        -- JSON object, strict
    system_metrics TEXT NOT NULL,        -- JSON object: last value of every system metric
    tags           TEXT NOT NULL,        -- JSON array of strings
    notes          TEXT,
    description    TEXT,
    group_name     TEXT,
    job_type       TEXT,
    host           TEXT,
    program        TEXT,
    repo           TEXT,
    git_commit     TEXT,
    sweep          TEXT,
    exit_code      BIGINT,
    stop_requested BOOLEAN NOT NULL,
    preempting     BOOLEAN NOT NULL,
    restart        TEXT,                 -- started again without resume, its first line not yet seen: ended | live, as it was before
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    heartbeat_at   BIGINT NOT NULL,
    finished_at    BIGINT,
    deleted_at     BIGINT
);
-- A name can be taken again after its run was deleted.
CREATE UNIQUE INDEX run_name ON run (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX run_recent ON run (project_id, created_at);
CREATE INDEX run_silent ON run (state, heartbeat_at);

-- Where each writer of a stream stands. One row per stream and client id ('' unless several writers share the run).
CREATE TABLE stream (
    run_id     BIGINT NOT NULL REFERENCES run (id),
    generation BIGINT NOT NULL,
    kind       TEXT NOT NULL,   -- history | events | console
    client     TEXT NOT NULL,
    next_line  BIGINT NOT NULL, -- first line number never seen
    gaps       TEXT NOT NULL,   -- JSON [[from, to), …] of lines below next_line still missing
    start      BIGINT NOT NULL DEFAULT 0, -- its first own line; those below were copied by a fork or rewind
    origin     TEXT,            -- the time that line carries: tells a replay from a new start
    base       BIGINT NOT NULL DEFAULT 0, -- added to line numbers, so that console writers do not overwrite each other
    tail_rows  BIGINT NOT NULL DEFAULT 0, -- what of it still lies in tail
    tail_bytes BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (run_id, generation, kind, client)
);

-- The end of a stream that is not yet columnar on disk: one row per accepted batch.
CREATE TABLE tail (
    run_id     BIGINT NOT NULL REFERENCES run (id),
    id         BIGINT NOT NULL, -- ascending within the run: later batches overwrite earlier console lines
    generation BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    client     TEXT NOT NULL,
    first_line BIGINT NOT NULL,
    lines      BIGINT NOT NULL,
    payload    BYTEA NOT NULL,  -- history::tail encoding
    PRIMARY KEY (run_id, id)
);
CREATE INDEX tail_run ON tail (run_id, generation, kind, id);

-- Parquet files in the blob store, written by compaction; ascending and disjoint for one run, generation and kind.
CREATE TABLE segment (
    id         BIGINT PRIMARY KEY,
    run_id     BIGINT NOT NULL REFERENCES run (id),
    generation BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    position   BIGINT NOT NULL, -- 0, 1, 2 … in reading order
    lines      BIGINT NOT NULL,
    step_min   BIGINT NOT NULL,
    step_max   BIGINT NOT NULL,
    bytes      BIGINT NOT NULL,
    blob       TEXT NOT NULL,
    keys       TEXT NOT NULL,   -- JSON: what history::keys knows of the segment
    UNIQUE (run_id, generation, kind, position)
);
CREATE INDEX segment_blob ON segment (blob);

CREATE TABLE file (
    id         BIGINT PRIMARY KEY,
    run_id     BIGINT NOT NULL REFERENCES run (id),
    name       TEXT NOT NULL,
    blob       TEXT NOT NULL,
    bytes      BIGINT NOT NULL,
    md5        TEXT NOT NULL,   -- base64
    mimetype   TEXT,
    updated_at BIGINT NOT NULL,
    UNIQUE (run_id, name)
);
CREATE INDEX file_blob ON file (blob);

CREATE TABLE alert (
    id         BIGINT PRIMARY KEY,
    run_id     BIGINT NOT NULL REFERENCES run (id),
    title      TEXT NOT NULL,
    text       TEXT NOT NULL,
    severity   TEXT NOT NULL,   -- INFO | WARN | ERROR
    created_at BIGINT NOT NULL
);
CREATE INDEX alert_run ON alert (run_id);

-- Background work: leased, idempotent; one row per kind and subject.
CREATE TABLE job (
    kind        TEXT NOT NULL,   -- compact | purge | reap | discard
    subject     TEXT NOT NULL,
    due_at      BIGINT NOT NULL,
    asked       BIGINT NOT NULL DEFAULT 1, -- grows with every request, so that one made during the work is not lost
    lease_until BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX job_due ON job (due_at);
