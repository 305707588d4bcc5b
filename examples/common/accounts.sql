-- The two accounts of a trial and the database that they share; psql sets :database.
CREATE ROLE app LOGIN PASSWORD 'quickstart-app';
CREATE ROLE locum LOGIN PASSWORD 'quickstart-locum';
GRANT pg_signal_backend TO locum;
CREATE DATABASE :"database" OWNER locum;
\c :"database"
ALTER SCHEMA public OWNER TO locum;
GRANT USAGE ON SCHEMA public TO app;
