-- Schema 2.0: a profile keeps each of its values as a revision. Server 1.0 cannot work on it (profile.settings and
-- profile.version are gone), and server 2.0 cannot work without it.
CREATE TABLE profile_revision (
    profile integer NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    version bigint NOT NULL,
    value text NOT NULL,
    changed_at timestamptz NOT NULL,
    changed_by text REFERENCES admin (name),
    PRIMARY KEY (profile, version)
);
INSERT INTO profile_revision (profile, version, value, changed_at, changed_by)
SELECT id, version, settings, changed_at, changed_by FROM profile;

ALTER TABLE profile RENAME COLUMN version TO current_version;
ALTER TABLE profile DROP COLUMN settings;
ALTER TABLE profile ADD COLUMN archived boolean NOT NULL DEFAULT false;

DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON profile_revision TO %I',
                   current_setting('locum.application'));
END
$$;
