-- Facts of this session's account ($1: the application's), one row.
SELECT pg_has_role(d.datdba, 'USAGE'),
       has_schema_privilege('public', 'CREATE') AND has_schema_privilege('public', 'USAGE'),
       pg_has_role('pg_signal_backend', 'USAGE')
           OR coalesce((SELECT pg_has_role(oid, 'USAGE') FROM pg_roles WHERE rolname = $1), false),
       (SELECT count(*) FROM pg_roles WHERE rolname = $1),
       pg_encoding_to_char(d.encoding),
       current_setting('server_version_num'),
       current_setting('server_version')
FROM pg_database d WHERE d.datname = current_database()
