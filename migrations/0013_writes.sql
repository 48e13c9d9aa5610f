-- What every request of a run writes, with less work for PostgreSQL.

-- only postgres
-- Compressed already.
ALTER TABLE tail ALTER COLUMN payload SET STORAGE EXTERNAL;

-- As no index has the time, a sign of life writes the row alone and not an entry to every index of the table.
DROP INDEX run_silent;
CREATE INDEX run_silent ON run (state);

-- Changes are noted once a statement, not once a row.
DROP TRIGGER run_changed ON run;
DROP FUNCTION run_changed();
CREATE FUNCTION runs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run_change (run_id, project_id, change) SELECT id, project_id, txid_current() FROM changed
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change WHERE run_change.change <> excluded.change;
    RETURN NULL;
END $$;
-- A run that was moved has changed in both projects.
CREATE FUNCTION runs_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO run_change (run_id, project_id, change)
    SELECT id, project_id, txid_current() FROM (SELECT id, project_id FROM before UNION SELECT id, project_id FROM changed) both_sides
    ON CONFLICT (run_id, project_id) DO UPDATE SET change = excluded.change WHERE run_change.change <> excluded.change;
    RETURN NULL;
END $$;
CREATE TRIGGER run_inserted AFTER INSERT ON run REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION runs_changed();
CREATE TRIGGER run_updated AFTER UPDATE ON run REFERENCING OLD TABLE AS before NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION runs_moved();
CREATE TRIGGER run_deleted AFTER DELETE ON run REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION runs_changed();
