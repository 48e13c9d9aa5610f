-- A number that moves on with every change of who may do what, in the transaction of the change: whoever writes run data
-- compares it with the one that the decision was made at, and decides anew when it is another. Kept by the database itself,
-- so nobody who changes a role or a key can forget to. What only adds somebody or something (a new account, key or
-- project) takes no access away and is left out.
CREATE TABLE access_epoch (
    last BIGINT NOT NULL -- the only row
);
INSERT INTO access_epoch (last) VALUES (1);

-- only sqlite
-- One writer at a time: what was compared stays so until the commit.
CREATE TRIGGER access_key_updated AFTER UPDATE OF user_id, scope, project_id, team_id, expires_at, revoked_at ON api_key BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_key_deleted AFTER DELETE ON api_key BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_account_updated AFTER UPDATE OF name, is_admin, disabled_at, kind, home_id, org_wide ON account BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_account_deleted AFTER DELETE ON account BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_entity_updated AFTER UPDATE ON entity BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_entity_deleted AFTER DELETE ON entity BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_updated AFTER UPDATE OF entity_id, name, visibility, owner_id, archived_at ON project BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_deleted AFTER DELETE ON project BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_membership_inserted AFTER INSERT ON membership BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_membership_updated AFTER UPDATE ON membership BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_membership_deleted AFTER DELETE ON membership BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_member_inserted AFTER INSERT ON project_member BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_member_updated AFTER UPDATE ON project_member BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_member_deleted AFTER DELETE ON project_member BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_team_inserted AFTER INSERT ON project_team BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_team_updated AFTER UPDATE ON project_team BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_project_team_deleted AFTER DELETE ON project_team BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_custom_role_updated AFTER UPDATE ON custom_role BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_custom_role_deleted AFTER DELETE ON custom_role BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_setting_inserted AFTER INSERT ON setting BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_setting_updated AFTER UPDATE ON setting BEGIN
    UPDATE access_epoch SET last = last + 1;
END;
CREATE TRIGGER access_setting_deleted AFTER DELETE ON setting BEGIN
    UPDATE access_epoch SET last = last + 1;
END;

-- only postgres
-- Many writers at a time: a change waits for the writers that have compared, and writers that compare wait for a change.
-- Both come to this lock last, when they wait for nothing else any more, so neither can be waiting for the other.
CREATE FUNCTION access_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(727474);
    UPDATE access_epoch SET last = last + 1;
    RETURN NULL;
END $$;
CREATE FUNCTION access_held() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    now BIGINT;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(727474);
    SELECT last INTO now FROM access_epoch;
    RETURN now;
END $$;
CREATE CONSTRAINT TRIGGER access_of_key
    AFTER DELETE OR UPDATE OF user_id, scope, project_id, team_id, expires_at, revoked_at ON api_key
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_account
    AFTER DELETE OR UPDATE OF name, is_admin, disabled_at, kind, home_id, org_wide ON account
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_entity
    AFTER DELETE OR UPDATE ON entity
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_project
    AFTER DELETE OR UPDATE OF entity_id, name, visibility, owner_id, archived_at ON project
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_membership
    AFTER INSERT OR UPDATE OR DELETE ON membership
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_project_member
    AFTER INSERT OR UPDATE OR DELETE ON project_member
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_project_team
    AFTER INSERT OR UPDATE OR DELETE ON project_team
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_custom_role
    AFTER UPDATE OR DELETE ON custom_role
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
CREATE CONSTRAINT TRIGGER access_of_setting
    AFTER INSERT OR UPDATE OR DELETE ON setting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_changed();
