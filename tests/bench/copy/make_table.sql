-- 2 million rows (or :rows) of 12 mixed columns.
CREATE TABLE device (
    id bigint PRIMARY KEY,
    uid uuid NOT NULL,
    name text NOT NULL,
    serial character varying(32),
    enabled boolean,
    kind smallint NOT NULL,
    owner integer,
    price numeric(12,2),
    load double precision,
    seen timestamptz,
    settings jsonb,
    key bytea
);
INSERT INTO device
SELECT i, md5(i::text)::uuid, 'device ' || i || E' "quoted", ünïcode',
       CASE WHEN i % 7 = 0 THEN NULL WHEN i % 11 = 0 THEN '' ELSE 'SN-' || (i * 7919) END,
       CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN false ELSE true END,
       i % 100, nullif(i % 1000, 0), (i % 1000000) / 100.0, i / 7.0,
       timestamptz '2020-01-01 00:00:00+00' + i * interval '61.000123 seconds',
       jsonb_build_object('i', i, 'tags', jsonb_build_array('a', i % 3, null)),
       decode(md5((i * 3)::text), 'hex')
FROM generate_series(1::bigint, :rows) i;
ANALYZE device;
