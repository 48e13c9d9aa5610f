-- Artifacts: versions of collections of files, and the bytes behind them.

CREATE TABLE artifact_type (
    id          BIGINT PRIMARY KEY,
    project_id  BIGINT NOT NULL REFERENCES project (id),
    name        TEXT NOT NULL,
    description TEXT,
    created_at  BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

-- A sequence (where versions are logged) or a portfolio (where versions of sequences are linked; registries have only these).
CREATE TABLE artifact_collection (
    id           BIGINT PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES project (id),
    type_id      BIGINT NOT NULL REFERENCES artifact_type (id),
    kind         TEXT NOT NULL,     -- sequence | portfolio
    name         TEXT NOT NULL,
    user_id      BIGINT REFERENCES account (id), -- who made it
    description  TEXT,
    next_version BIGINT NOT NULL,   -- numbers are never used twice, also not after a deletion
    ttl_seconds  BIGINT,            -- for versions that inherit; null: they stay
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    deleted_at   BIGINT
);
-- A name can be taken again after its collection was deleted.
CREATE UNIQUE INDEX artifact_collection_name ON artifact_collection (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX artifact_collection_type ON artifact_collection (type_id);

CREATE TABLE artifact (
    id             BIGINT PRIMARY KEY,
    project_id     BIGINT NOT NULL REFERENCES project (id), -- of its sequence: where its bytes count
    collection_id  BIGINT NOT NULL REFERENCES artifact_collection (id), -- its sequence
    state          TEXT NOT NULL,     -- PENDING | COMMITTED | DELETED
    digest         TEXT NOT NULL,     -- hex MD5 over names and digests of all entries (public-api 7.2); of a pending one as announced
    description    TEXT,
    metadata       TEXT,              -- JSON object
    labels         TEXT,              -- JSON, of old clients
    ttl_seconds    BIGINT NOT NULL,   -- -1: the collection's; -2: never; else seconds after it was made
    history_step   BIGINT,
    distributed_id TEXT,              -- writers that name the same one fill the same version
    run_id         BIGINT REFERENCES run (id), -- the run that logged it
    user_id        BIGINT REFERENCES account (id),
    pending_aliases TEXT NOT NULL,    -- JSON list: given when it is committed
    pending_links  TEXT NOT NULL,     -- JSON list of links asked for before it was committed
    bytes          BIGINT NOT NULL,
    file_count     BIGINT NOT NULL,
    manifest_blob  TEXT,              -- the whole manifest as JSON
    commit_token   BIGINT,            -- who commits it now: entries are written by that one alone
    commit_until   BIGINT NOT NULL,   -- until when that one is believed alive
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    committed_at   BIGINT,
    deleted_at     BIGINT
);
CREATE INDEX artifact_collection_of ON artifact (collection_id, digest);
CREATE INDEX artifact_project ON artifact (project_id, state);
CREATE INDEX artifact_run ON artifact (run_id);
CREATE INDEX artifact_manifest_blob ON artifact (manifest_blob);
CREATE UNIQUE INDEX artifact_distributed ON artifact (collection_id, distributed_id) WHERE distributed_id IS NOT NULL;

-- An artifact as a version of a collection: one row in its sequence, one in every portfolio that it is linked to.
CREATE TABLE artifact_membership (
    id            BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL REFERENCES artifact_collection (id),
    artifact_id   BIGINT NOT NULL REFERENCES artifact (id),
    version       BIGINT,             -- null until it is committed
    user_id       BIGINT REFERENCES account (id),
    created_at    BIGINT NOT NULL,
    UNIQUE (collection_id, artifact_id),
    UNIQUE (collection_id, version)
);
CREATE INDEX artifact_membership_of ON artifact_membership (artifact_id);

CREATE TABLE artifact_alias (
    id            BIGINT PRIMARY KEY,
    collection_id BIGINT NOT NULL REFERENCES artifact_collection (id),
    alias         TEXT NOT NULL,
    membership_id BIGINT NOT NULL REFERENCES artifact_membership (id),
    created_at    BIGINT NOT NULL,
    UNIQUE (collection_id, alias)
);
CREATE INDEX artifact_alias_of ON artifact_alias (membership_id);

CREATE TABLE artifact_tag (
    artifact_id BIGINT NOT NULL REFERENCES artifact (id),
    tag         TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (artifact_id, tag)
);

CREATE TABLE artifact_collection_tag (
    collection_id BIGINT NOT NULL REFERENCES artifact_collection (id),
    tag           TEXT NOT NULL,
    created_at    BIGINT NOT NULL,
    PRIMARY KEY (collection_id, tag)
);

-- Names that clients make up for artifacts and sequences before the server has answered.
CREATE TABLE artifact_client (
    client_id     TEXT PRIMARY KEY,
    artifact_id   BIGINT REFERENCES artifact (id),            -- one of the two
    collection_id BIGINT REFERENCES artifact_collection (id)
);
CREATE INDEX artifact_client_artifact ON artifact_client (artifact_id);
CREATE INDEX artifact_client_collection ON artifact_client (collection_id);

-- What a run has to do with an artifact.
CREATE TABLE artifact_use (
    run_id      BIGINT NOT NULL REFERENCES run (id),
    artifact_id BIGINT NOT NULL REFERENCES artifact (id),
    kind        TEXT NOT NULL,       -- input | output
    used_as     TEXT,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (run_id, artifact_id, kind)
);
CREATE INDEX artifact_use_of ON artifact_use (artifact_id, kind);

-- Manifests as clients send them, until the commit has merged them.
CREATE TABLE artifact_manifest (
    id          BIGINT PRIMARY KEY,
    artifact_id BIGINT NOT NULL REFERENCES artifact (id),
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,       -- FULL | INCREMENTAL | PATCH
    digest      TEXT NOT NULL,       -- base64 MD5 of the JSON; '' until it is known
    base_id     BIGINT REFERENCES artifact (id),
    blob        TEXT,                -- null until it has come
    created_at  BIGINT NOT NULL
);
CREATE INDEX artifact_manifest_of ON artifact_manifest (artifact_id);
CREATE INDEX artifact_manifest_by_blob ON artifact_manifest (blob);
CREATE INDEX artifact_manifest_base ON artifact_manifest (base_id);

-- Bytes, once on the server, known by a digest that nobody can forge.
CREATE TABLE object (
    id         BIGINT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE, -- BLAKE3 of the bytes
    md5        TEXT NOT NULL,        -- base64
    bytes      BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- Where the bytes lie: one blob, or several of a file that came in parts.
CREATE TABLE object_part (
    object_id BIGINT NOT NULL REFERENCES object (id),
    position  BIGINT NOT NULL,
    bytes     BIGINT NOT NULL,
    blob      TEXT NOT NULL,
    PRIMARY KEY (object_id, position)
);
CREATE INDEX object_part_blob ON object_part (blob);

-- A project has the bytes: only through this is an object found by its MD5, and here it is counted.
CREATE TABLE project_object (
    id         BIGINT PRIMARY KEY,
    project_id BIGINT NOT NULL REFERENCES project (id),
    md5        TEXT NOT NULL,
    object_id  BIGINT NOT NULL REFERENCES object (id),
    bytes      BIGINT NOT NULL,
    birth_id   BIGINT NOT NULL,      -- the artifact for which they came first, which may be gone
    asked_by   BIGINT NOT NULL,      -- the artifact that asked for them last: while it is pending, they stay
    asked_at   BIGINT NOT NULL,
    UNIQUE (project_id, md5)
);
CREATE INDEX project_object_object ON project_object (object_id);

-- The files of every committed artifact.
CREATE TABLE artifact_entry (
    artifact_id BIGINT NOT NULL REFERENCES artifact (id),
    name        TEXT NOT NULL,
    digest      TEXT NOT NULL,       -- base64 MD5; of a reference whatever its store calls it
    bytes       BIGINT,              -- null where a reference does not tell
    object_id   BIGINT REFERENCES project_object (id), -- null: a reference
    ref         TEXT,
    extra       TEXT,                -- JSON object of a reference
    birth_id    BIGINT,
    PRIMARY KEY (artifact_id, name)
);
CREATE INDEX artifact_entry_object ON artifact_entry (object_id);

-- A file on its way in parts.
CREATE TABLE artifact_upload (
    id          BIGINT PRIMARY KEY,
    artifact_id BIGINT NOT NULL REFERENCES artifact (id),
    md5         TEXT NOT NULL,       -- base64, of the whole file
    parts       BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE INDEX artifact_upload_of ON artifact_upload (artifact_id);

CREATE TABLE artifact_upload_part (
    upload_id BIGINT NOT NULL REFERENCES artifact_upload (id),
    part      BIGINT NOT NULL,       -- 1, 2, 3 …
    md5       TEXT NOT NULL,         -- base64, as announced
    bytes     BIGINT,                -- null until it has come
    blob      TEXT,
    PRIMARY KEY (upload_id, part)
);
CREATE INDEX artifact_upload_part_blob ON artifact_upload_part (blob);

-- Names in the order of their bytes, as the digest of an artifact takes them; SQLite sorts so by itself.
-- only postgres
ALTER TABLE artifact_entry ALTER COLUMN name TYPE TEXT COLLATE "C";
