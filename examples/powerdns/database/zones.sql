-- Fills a database of schema 4.2 or newer: zones zone-00001.example and on, of 100 records each. What is in them follows
-- from the zone's number; load/rules.cpp has the same rule.
-- usage: psql -v zones=1000 -f zones.sql
\set ON_ERROR_STOP on
BEGIN;
-- Both '' and NULL occur in `account`, and a copy has to tell them apart.
INSERT INTO domains (name, type, account)
SELECT 'zone-' || lpad(n::text, 5, '0') || '.example', 'NATIVE', CASE WHEN n % 2 = 0 THEN '' END
FROM generate_series(1, :zones) AS n;

CREATE TEMPORARY TABLE zone ON COMMIT DROP AS
SELECT id, name, n, '10.' || n / 256 || '.' || n % 256 || '.' AS net, '2001:db8:' || to_hex(n) || '::' AS net6
FROM (SELECT id, name, substr(name, 6, 5)::int AS n FROM domains WHERE name LIKE 'zone-_____.example') AS numbered;

INSERT INTO records (domain_id, name, type, content, ttl, prio, disabled, auth)
SELECT id, label || name, record.type, content, 3600, prio, disabled, auth
FROM zone, LATERAL (
    VALUES ('', 'SOA', 'ns1.' || name || ' hostmaster.' || name || ' 1 10800 3600 604800 300', 0, false, true),
           ('', 'NS', 'ns1.' || name, 0, false, true),
           ('', 'NS', 'ns2.' || name, 0, false, true),
           ('', 'MX', 'mail1.' || name, 10, false, true),
           ('', 'MX', 'mail2.' || name, 20, false, true),
           ('', 'TXT', '"v=spf1 mx -all; zone ' || n || '"', 0, false, true),
           ('', 'CAA', '0 issue "ca.example"', 0, false, true),
           ('ns1.', 'A', net || 201, 0, false, true),
           ('ns2.', 'A', net || 202, 0, false, true),
           ('mail1.', 'A', net || 203, 0, false, true),
           ('mail2.', 'A', net || 204, 0, false, true),
           ('ns1.', 'AAAA', net6 || 'c9', 0, false, true),
           ('ns2.', 'AAAA', net6 || 'ca', 0, false, true),
           ('_sip._tcp.', 'SRV', '5 5060 host-01.' || name, 10, false, true),
           ('_sip._tcp.', 'SRV', '7 5061 host-02.' || name, 20, false, true),
           ('www.', 'CNAME', 'host-01.' || name, 0, false, true),
           ('*.wild.', 'A', net || 210, 0, false, true),
           ('*.wild.', 'TXT', '"wild in zone ' || n || '"', 0, false, true),
           ('sub.', 'NS', 'ns.sub.' || name, 0, false, false),
           ('ns.sub.', 'A', net || 211, 0, false, false),
           ('off.', 'A', net || 212, 0, true, true)
    UNION ALL
    SELECT 'pool.', 'A', net || 220 + k, 0, false, true FROM generate_series(1, 4) AS k
    UNION ALL
    SELECT 'host-' || lpad(k::text, 2, '0') || '.', 'A', net || k, 0, false, true FROM generate_series(1, 30) AS k
    UNION ALL
    SELECT 'host-' || lpad(k::text, 2, '0') || '.', 'AAAA', net6 || to_hex(k), 0, false, true
    FROM generate_series(1, 30) AS k
    UNION ALL
    -- Quotes, backslashes and two strings.
    SELECT 'text-' || lpad(k::text, 2, '0') || '.', 'TXT',
           '"text ' || k || ' of zone ' || n || ': \"quoted\", \\ and ;" "second string"', 0, false, true
    FROM generate_series(1, 15) AS k
) AS record (label, type, content, prio, disabled, auth);
COMMIT;
ANALYZE domains, records;
