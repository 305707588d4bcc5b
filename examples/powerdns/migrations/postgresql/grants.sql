-- The tables belong to Locum's account. What the server's account may do: all that its API may be asked for.
DO $$
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', current_setting('locum.application'));
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', current_setting('locum.application'));
END $$;
