-- What people say about a report, and links that show it to whoever has them.

CREATE TABLE view_comment (
    id          BIGINT PRIMARY KEY,
    view_id     BIGINT NOT NULL REFERENCES saved_view (id),
    parent_id   BIGINT REFERENCES view_comment (id),  -- first of its thread
    user_id     BIGINT REFERENCES account (id),
    anchor      TEXT,                                 -- the block it is about; the web app's id
    body        TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    resolved_at BIGINT                                -- of the first of a thread
);
CREATE INDEX view_comment_of ON view_comment (view_id, id);

-- The token itself is the id, signed by the server: see policy/share.rs.
CREATE TABLE access_token (
    id         BIGINT PRIMARY KEY,
    view_id    BIGINT NOT NULL REFERENCES saved_view (id),
    created_by BIGINT REFERENCES account (id),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX access_token_of ON access_token (view_id, id);

-- Which projects it lets be read.
CREATE TABLE access_token_project (
    token_id   BIGINT NOT NULL REFERENCES access_token (id),
    project_id BIGINT NOT NULL REFERENCES project (id),
    PRIMARY KEY (token_id, project_id)
);
CREATE INDEX access_token_project_of ON access_token_project (project_id);
