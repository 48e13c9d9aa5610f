-- What lets any number of processes keep copies of a project's runs: the last change of every run, also of those that are
-- gone, under a number that orders changes so that none is missed. Kept by the database itself, whoever writes to a run.
CREATE TABLE run_change (
    run_id     BIGINT PRIMARY KEY,
    project_id BIGINT NOT NULL,
    change     BIGINT NOT NULL
);
CREATE INDEX run_change_order ON run_change (project_id, change);

-- only sqlite
-- One writer at a time: a counter.
CREATE TRIGGER run_inserted AFTER INSERT ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (NEW.id, NEW.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER run_updated AFTER UPDATE ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (NEW.id, NEW.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id) DO UPDATE SET change = excluded.change;
END;
CREATE TRIGGER run_deleted AFTER DELETE ON run BEGIN
    INSERT INTO counter (name, last) VALUES ('run_change', 1) ON CONFLICT (name) DO UPDATE SET last = last + 1;
    INSERT INTO run_change (run_id, project_id, change)
    VALUES (OLD.id, OLD.project_id, (SELECT last FROM counter WHERE name = 'run_change'))
    ON CONFLICT (run_id) DO UPDATE SET change = excluded.change;
END;

-- only postgres
-- Many writers at a time, none of which waits for another: the number of the transaction.
CREATE FUNCTION run_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        NEW := OLD;
    END IF;
    INSERT INTO run_change (run_id, project_id, change) VALUES (NEW.id, NEW.project_id, txid_current())
    ON CONFLICT (run_id) DO UPDATE SET change = excluded.change WHERE run_change.change <> excluded.change;
    RETURN NULL;
END $$;
CREATE TRIGGER run_changed AFTER INSERT OR UPDATE OR DELETE ON run FOR EACH ROW EXECUTE FUNCTION run_changed();
