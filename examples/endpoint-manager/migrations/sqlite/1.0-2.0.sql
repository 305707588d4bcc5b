-- Schema 2.0: see the migration for PostgreSQL. It runs on productive SQLite databases and on
-- Locum's copies of PostgreSQL alike, so it names columns and relies on no declared type.
CREATE TABLE profile_revision (
    profile INTEGER NOT NULL REFERENCES profile (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    value TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT REFERENCES admin (name),
    PRIMARY KEY (profile, version)
);
INSERT INTO profile_revision (profile, version, value, changed_at, changed_by)
SELECT id, version, settings, changed_at, changed_by FROM profile;

ALTER TABLE profile RENAME COLUMN version TO current_version;
ALTER TABLE profile DROP COLUMN settings;
ALTER TABLE profile ADD COLUMN archived BOOLEAN NOT NULL DEFAULT 0;
