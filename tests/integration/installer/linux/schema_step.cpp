// The step that makes the suite's schema on PostgreSQL: taken back, the database is as it was.

#include "datasource/objects.hpp"
#include "platform/process.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

#include <sstream>

using namespace locum;
using namespace locum::testing;

namespace {

const Postgres& server() {
    static Postgres one;
    return one;
}

constexpr const char* migration = R"(
CREATE TABLE schema_version (version text NOT NULL PRIMARY KEY);
INSERT INTO schema_version VALUES ('1');
CREATE TYPE "Colour" AS ENUM ('red', 'green');
CREATE TYPE pair AS (a integer, b "Colour");
CREATE TYPE span AS RANGE (subtype = integer);
CREATE DOMAIN short AS text CHECK (length(value) < 9);
CREATE SEQUENCE ticket;
CREATE TABLE thing (id serial PRIMARY KEY, number integer DEFAULT nextval('ticket'), name short,
                    colour "Colour", both_ pair, other integer GENERATED ALWAYS AS IDENTITY);
CREATE TABLE part (thing integer REFERENCES thing, place integer) PARTITION BY RANGE (place);
CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (10);
CREATE VIEW seen AS SELECT id, colour FROM thing;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM seen;
CREATE FUNCTION twice(value integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * value';
CREATE FUNCTION twice(value text, colour "Colour" DEFAULT 'red') RETURNS text LANGUAGE sql AS
    'SELECT value || value';
CREATE FUNCTION tick() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER ticked BEFORE INSERT ON thing FOR EACH ROW EXECUTE FUNCTION tick();
CREATE PROCEDURE clean() LANGUAGE sql AS 'DELETE FROM thing';
CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer);
CREATE OPERATOR <%> (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4pl);
)";

// What pg_dump says of the schema, with all rights, but for the random words of newer ones.
std::string schema() {
    platform::Command dump;
    const datasource::Settings settings = server().settings();
    dump.argv = {"pg_dump",
                 "--schema-only",
                 "--host=" + settings.host,
                 "--port=" + std::to_string(settings.port),
                 "--username=" + settings.locum.user,
                 "--dbname=" + settings.database};
    dump.environment["PGPASSWORD"] = settings.locum.password.reveal();
    std::istringstream lines(platform::run_checked(dump).output);
    std::string text;
    for (std::string line; std::getline(lines, line);)
        if (!line.starts_with("\\"))
            text += line + "\n";
    return text;
}

struct Ready {
    Site site{{"server"}, {{"1.sql", migration}}};
    explicit Ready(const std::string& there_before) {
        site.run_until("datasource/registry"); // with the embedded database that the site knows
        site.installation().facts.datasource = server().settings();
        server().reset();
        server().as_locum()->script(there_before);
    }
    std::string broken() const {
        return broken_promises({[this] { return site.step("datasource/schema"); }, schema});
    }
};

} // namespace

TEST_CASE("types, functions, sequences and views go with the tables") {
    const Ready ready("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM "
                      "application; ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON "
                      "SEQUENCES FROM application");
    CHECK(ready.broken() == "");
}

TEST_CASE("what was there before stays, with its rights") {
    const Ready ready("CREATE TYPE theirs AS ENUM ('x'); CREATE FUNCTION twice(value theirs) "
                      "RETURNS text LANGUAGE sql AS 'SELECT value::text'; "
                      "CREATE TABLE before (id serial, kind theirs); GRANT SELECT ON before TO "
                      "application; CREATE VIEW old AS SELECT id FROM before");
    CHECK(ready.broken() == "");
}
