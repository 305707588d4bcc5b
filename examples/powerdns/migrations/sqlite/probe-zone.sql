-- A zone for probes: it is there whatever else the database holds. "invalid" is reserved (RFC 2606).
INSERT INTO domains (name, type) VALUES ('probe.invalid', 'NATIVE');
INSERT INTO records (domain_id, name, type, content, ttl, ordername, auth)
SELECT id, name, 'SOA', 'ns.probe.invalid hostmaster.probe.invalid 1 10800 3600 604800 60', 60, '', 1
FROM domains WHERE name = 'probe.invalid'
UNION ALL
SELECT id, name, 'NS', 'ns.probe.invalid', 60, '', 1 FROM domains WHERE name = 'probe.invalid'
UNION ALL
SELECT id, name, 'TXT', '"the database is read"', 60, '', 1 FROM domains WHERE name = 'probe.invalid';
