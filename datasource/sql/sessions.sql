-- Sessions of this one's own account on this database: those of other accounts show no address.
SELECT pid, coalesce(application_name, ''), coalesce(host(client_addr), '')
FROM pg_stat_activity
WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
ORDER BY pid
