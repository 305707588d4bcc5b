-- Tables that other sessions of this one's own account keep everybody from writing, or even from reading. A lock that
-- is asked for counts as one that is held, since whoever comes later waits behind the request; one of an index counts
-- for its table, which no statement is planned for meanwhile. What such a session has made itself and not committed is
-- in nobody else's pg_class, and keeps nobody waiting.
SELECT CASE WHEN n.nspname = 'public' THEN '' ELSE n.nspname || '.' END || c.relname, bool_or(l.mode = 'AccessExclusiveLock')
FROM pg_locks l
JOIN pg_stat_activity a ON a.pid = l.pid AND a.usename = current_user
LEFT JOIN pg_index i ON i.indexrelid = l.relation
JOIN pg_class c ON c.oid = coalesce(i.indrelid, l.relation) AND c.relkind IN ('r', 'p', 'm')
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname <> 'pg_catalog' AND n.nspname <> 'pg_toast'
WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
GROUP BY n.nspname, c.relname
ORDER BY n.nspname, c.relname
