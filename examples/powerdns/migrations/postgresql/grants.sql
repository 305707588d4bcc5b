-- The tables belong to Locum's account. This is what the server's account may do: all that its API is asked for.
DO $$
DECLARE
    application text := current_setting('locum.application');
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO %I', application);
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO %I', application);
END
$$;
