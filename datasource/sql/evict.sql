-- Ends the account's sessions; with $2 = 0 only those that are in no transaction, and Locum's own
-- probes, which only read.
SELECT pg_terminate_backend(a.pid)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.usename = $1 AND a.pid <> pg_backend_pid()
  AND ($2::int = 1 OR a.application_name = 'locum-probe' OR NOT EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid
                             AND l.locktype = 'virtualxid' AND l.mode = 'ExclusiveLock'))
