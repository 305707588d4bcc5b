-- A replica has another start of the server's process, a copy another database.
SELECT (SELECT system_identifier FROM pg_control_system())::text || ' ' || pg_postmaster_start_time()::text || ' '
       || (SELECT oid FROM pg_database WHERE datname = current_database())::text
