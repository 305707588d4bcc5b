-- See the file for PostgreSQL. What 4.3.0_to_4.3.1 and 4.3.1_to_4.7.0 do is taken back too.
DROP INDEX catalog_idx;
ALTER TABLE domains DROP COLUMN options;
ALTER TABLE domains DROP COLUMN catalog;
ALTER TABLE cryptokeys DROP COLUMN published;

DROP INDEX records_lookup_idx;
DROP INDEX records_lookup_id_idx;
DROP INDEX records_order_idx;
CREATE INDEX rec_name_index ON records (name);
CREATE INDEX nametype_index ON records (name, type);
CREATE INDEX domain_id ON records (domain_id);
CREATE INDEX orderindex ON records (ordername);

DROP INDEX comments_idx;
CREATE INDEX comments_domain_id_index ON comments (domain_id);
CREATE INDEX comments_nametype_index ON comments (name, type);
