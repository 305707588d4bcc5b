-- Debian ships the schema of 4.7 only. This takes back what its two upgrade scripts (4.2 to 4.3, 4.3 to 4.7) do, so
-- that the suite's version 4.2 begins on the schema that PowerDNS 4.2 had.
DROP INDEX catalog_idx;
ALTER TABLE domains DROP COLUMN options, DROP COLUMN catalog;
ALTER TABLE domains ALTER COLUMN type TYPE varchar(6);
ALTER TABLE cryptokeys DROP COLUMN published;
