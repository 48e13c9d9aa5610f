-- Workspaces and reports: what people see of a project, as one JSON text in the vendor's format.

CREATE TABLE saved_view (
    id           BIGINT PRIMARY KEY,
    project_id   BIGINT NOT NULL REFERENCES project (id),
    name         TEXT NOT NULL,      -- nw-….-v (a saved workspace), nw-nwuserNAME-w (somebody's own), any other for a report
    kind         TEXT NOT NULL,      -- project-view | runs (a report) | runs/draft
    user_id      BIGINT REFERENCES account (id),
    display_name TEXT,
    description  TEXT,
    spec         TEXT NOT NULL,      -- JSON object, never looked into
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    updated_by   BIGINT REFERENCES account (id)
);
CREATE UNIQUE INDEX saved_view_name ON saved_view (project_id, name);

-- What a view was before it was saved anew.
CREATE TABLE saved_view_version (
    id         BIGINT PRIMARY KEY,
    view_id    BIGINT NOT NULL REFERENCES saved_view (id),
    user_id    BIGINT REFERENCES account (id),   -- who had saved it
    spec       TEXT NOT NULL,
    created_at BIGINT NOT NULL                   -- when they had
);
CREATE INDEX saved_view_version_of ON saved_view_version (view_id, created_at);
