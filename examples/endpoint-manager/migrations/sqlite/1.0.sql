-- Schema 1.0, the same content as on PostgreSQL. Types and
-- forms of values are those of Locum's copies; instants are text in UTC.
CREATE TABLE schema_version (version TEXT NOT NULL PRIMARY KEY);
INSERT INTO schema_version VALUES ('1.0');

-- token-key is empty until the first server start fills it: a key in a published file is no key.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO setting VALUES ('token-key', '');

CREATE TABLE admin (
    name TEXT NOT NULL PRIMARY KEY,
    salt TEXT NOT NULL,
    iterations INTEGER NOT NULL,
    password_hash TEXT NOT NULL,
    active BOOLEAN NOT NULL DEFAULT 1,
    created_at TEXT NOT NULL
);
-- PBKDF2-HMAC-SHA256 of "endpoint".
INSERT INTO admin VALUES ('admin', '6c6f63756d2d656e64706f696e742d31', 20000,
    '4569a95b11bd599184a56c63aa5211ae70e5591763f3a7e9eabe76e05aabe5c9', 1,
    '2026-01-01 00:00:00');

CREATE TABLE profile (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    version INTEGER NOT NULL,
    monthly_fee NUMERIC(10, 2) NOT NULL,
    changed_at TEXT NOT NULL,
    changed_by TEXT REFERENCES admin (name)
);
CREATE UNIQUE INDEX profile_name ON profile (name);
WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < 50)
INSERT INTO profile
SELECT n, 'Profile ' || n, 'profile-' || n || '-v1', 1, 9.5 + n,
       strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', printf('+%d minutes', n)), 'admin'
FROM series;

CREATE TABLE device (
    id TEXT NOT NULL PRIMARY KEY,
    profile INTEGER NOT NULL REFERENCES profile (id),
    name TEXT NOT NULL,
    supervised BOOLEAN NOT NULL,
    price NUMERIC(10, 2),
    enrolled_at TEXT NOT NULL
);
CREATE INDEX device_profile ON device (profile);
WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < 2000)
INSERT INTO device
SELECT printf('D%05d', n), (n - 1) % 50 + 1, 'Device ' || n, n % 3 = 0,
       CASE WHEN n % 10 <> 0 THEN (9900 + n * 7) / 100.0 END,
       strftime('%Y-%m-%d %H:%M:%S', '2026-01-01', printf('+%d minutes', n))
FROM series;

-- Node-local: what a server writes here on a copy ends with the copy.
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    admin TEXT NOT NULL REFERENCES admin (name) ON DELETE CASCADE,
    node TEXT NOT NULL,
    opened_at TEXT NOT NULL
);

CREATE TABLE device_seen (
    device TEXT NOT NULL PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    count INTEGER NOT NULL,
    seen_at TEXT NOT NULL
);
