-- Deleted runs lie in the trash until they are emptied out of it; those deleted before there was a trash are gone for good.
ALTER TABLE run ADD COLUMN emptied_at BIGINT; -- nothing shows or restores it any more: its rows are being removed
UPDATE run SET emptied_at = deleted_at WHERE deleted_at IS NOT NULL;
CREATE INDEX run_trash ON run (project_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX run_emptied ON run (emptied_at) WHERE emptied_at IS NOT NULL;
DELETE FROM job WHERE kind = 'purge';

-- Where a run was before it moved: links, and a process that still writes to it, find it there.
CREATE TABLE run_moved (
    project_id BIGINT NOT NULL,
    name       TEXT NOT NULL,
    run_id     BIGINT NOT NULL,
    PRIMARY KEY (project_id, name)
);
CREATE INDEX run_moved_run ON run_moved (run_id);

-- Blobs of which the last row is gone, to be deleted from the store.
CREATE TABLE garbage (
    blob TEXT PRIMARY KEY
);

-- Limits of a team; null: none.
ALTER TABLE entity ADD COLUMN requests_per_minute BIGINT;

-- A run that moves to another project changes both.
CREATE TABLE run_change_of (
    run_id     BIGINT NOT NULL,
    project_id BIGINT NOT NULL,
    change     BIGINT NOT NULL,
    PRIMARY KEY (run_id, project_id)
);
INSERT INTO run_change_of (run_id, project_id, change) SELECT run_id, project_id, change FROM run_change;

-- only sqlite
DROP TRIGGER run_inserted;
DROP TRIGGER run_updated;
DROP TRIGGER run_deleted;
DROP TABLE run_change;
ALTER TABLE run_change_of RENAME TO run_change;
CREATE INDEX run_change_order ON run_change (project_id, change);
CREATE TRIGGER run_inserted AFTER INSERT ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (NEW.id, NEW.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER run_updated AFTER UPDATE ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (NEW.id, NEW.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER run_moved AFTER UPDATE OF project_id ON run WHEN OLD.project_id <> NEW.project_id BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (OLD.id, OLD.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (OLD.id, OLD.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change;
END;

-- only postgres
DROP TABLE run_change;
ALTER TABLE run_change_of RENAME TO run_change;
CREATE INDEX run_change_order ON run_change (project_id, change);
CREATE OR REPLACE FUNCTION run_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        NEW := OLD;
    ELSIF TG_OP = 'UPDATE' AND OLD.project_id <> NEW.project_id THEN
        INSERT INTO run_change (run_id, project_id, change) VALUES (OLD.id, OLD.project_id, txid_current())
        ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change WHERE run_change.change <> excluded.change;
    END IF;
    INSERT INTO run_change (run_id, project_id, change) VALUES (NEW.id, NEW.project_id, txid_current())
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change WHERE run_change.change <> excluded.change;
    RETURN NULL;
END $$;
