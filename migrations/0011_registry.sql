-- Registries: projects of the organization, which hold links to versions of artifacts.

-- The organization itself, one a server. A user or team may have had its name already.
INSERT INTO entity (id, name, kind, created_at)
SELECT 0, CASE WHEN EXISTS (SELECT 1 FROM entity WHERE LOWER(name) = 'runstead') THEN 'runstead-organization' ELSE 'runstead' END,
       'organization', COALESCE(MIN(created_at), 0)
FROM entity;

-- What a registry takes: any type, or those that are rows of artifact_type for it.
ALTER TABLE project ADD COLUMN all_types BOOLEAN NOT NULL DEFAULT TRUE;
-- JSON list: aliases that only admins of the registry move.
ALTER TABLE project ADD COLUMN protected_aliases TEXT NOT NULL DEFAULT '[]';

-- Roles in a registry of everybody in a team.
CREATE TABLE project_team (
    project_id BIGINT NOT NULL REFERENCES project (id),
    team_id    BIGINT NOT NULL REFERENCES entity (id),
    role       TEXT NOT NULL, -- restricted_viewer | viewer | member | admin
    created_at BIGINT NOT NULL,
    PRIMARY KEY (project_id, team_id)
);
CREATE INDEX project_team_of ON project_team (team_id);
