-- Sessions that may have passed the check of CONNECT and are not in pg_stat_activity yet: they hold
-- this lock on the database until they are.
SELECT 'pid ' || l.pid || ' (connecting)'
FROM pg_locks l
WHERE l.locktype = 'object' AND l.classid = 'pg_database'::regclass
  AND l.objid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode = 'RowExclusiveLock' AND l.pid <> pg_backend_pid()
  AND NOT EXISTS (SELECT FROM pg_stat_activity a
                  WHERE a.pid = l.pid AND (a.usename IS NOT NULL OR a.backend_type <> 'client backend'))
