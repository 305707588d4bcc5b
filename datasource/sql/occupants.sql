-- Sessions of the account on this database. A plain account sees neither state nor query of others;
-- an open transaction shows as a lock on its virtual transaction id.
SELECT 'pid ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), 'no application name')
       || CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid
                            AND l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock')
               THEN ', in a transaction)' ELSE ')' END
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.usename = $1 AND a.pid <> pg_backend_pid()
UNION ALL
SELECT 'prepared transaction ' || quote_literal(gid)
FROM pg_prepared_xacts WHERE database = current_database() AND owner = $1
ORDER BY 1
