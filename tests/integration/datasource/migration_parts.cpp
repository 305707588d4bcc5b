// Schemas of a product that knows nothing of Locum: PowerDNS's own files, for psql and the sqlite3
// shell, as Debian's packages install them. Without these packages there is nothing to test.

#include "datasource/copy.hpp"
#include "datasource/grants.hpp"
#include "datasource/migration.hpp"
#include "platform/files.hpp"
#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::refusal;
using testing::server;

namespace {

const std::string pg_folder = "/usr/share/pdns-backend-pgsql/schema/";
const std::string lite_folder = "/usr/share/pdns-backend-sqlite3/schema/";

bool installed() {
    if (platform::exists(pg_folder) && platform::exists(lite_folder))
        return true;
    MESSAGE("pdns-backend-pgsql and pdns-backend-sqlite3 are not installed");
    return false;
}

MigrationPart from_host(const std::string& file, bool for_shell) {
    MigrationPart part;
    part.name = file;
    part.host_file = "host";
    part.sql = platform::read_file(file);
    part.for_shell = for_shell;
    return part;
}
MigrationPart own(const std::string& sql) {
    MigrationPart part;
    part.name = "own.sql";
    part.sql = sql;
    return part;
}

// The product has no table with its version: the columns tell it.
const VersionStatements pg_version{R"(
SELECT CASE
    WHEN to_regclass('public.domains') IS NULL THEN NULL
    WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('public.domains')
                 AND attname = 'catalog' AND NOT attisdropped) THEN '4.7'
    WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('public.cryptokeys')
                 AND attname = 'published' AND NOT attisdropped) THEN '4.3'
    ELSE '4.2' END)",
                                   ""};
const VersionStatements lite_version{R"(
SELECT CASE
    WHEN NOT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'domains') THEN NULL
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('domains') WHERE name = 'catalog') THEN '4.7'
    WHEN EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'records_lookup_idx') THEN '4.3.1'
    WHEN EXISTS (SELECT 1 FROM pragma_table_info('cryptokeys') WHERE name = 'published') THEN '4.3'
    ELSE '4.2' END)",
                                     ""};

const char* const zone = "INSERT INTO domains (name, type) VALUES ('probe.invalid', 'NATIVE')";
const char* const back_pg = R"(
DROP INDEX catalog_idx;
ALTER TABLE domains DROP COLUMN options, DROP COLUMN catalog;
ALTER TABLE domains ALTER COLUMN type TYPE varchar(6);
ALTER TABLE cryptokeys DROP COLUMN published;
)";
const char* const back_lite = R"(
DROP INDEX catalog_idx;
ALTER TABLE domains DROP COLUMN options;
ALTER TABLE domains DROP COLUMN catalog;
ALTER TABLE cryptokeys DROP COLUMN published;
DROP INDEX records_lookup_idx;
DROP INDEX records_lookup_id_idx;
DROP INDEX records_order_idx;
CREATE INDEX rec_name_index ON records (name);
CREATE INDEX nametype_index ON records (name, type);
CREATE INDEX domain_id ON records (domain_id);
CREATE INDEX orderindex ON records (ordername);
DROP INDEX comments_idx;
CREATE INDEX comments_domain_id_index ON comments (domain_id);
CREATE INDEX comments_nametype_index ON comments (name, type);
)";

std::vector<Migration> pg_migrations() {
    return {{"", "4.7", {from_host(pg_folder + "schema.pgsql.sql", false), own(zone)}},
            {"4.7", "4.2", {own(back_pg)}},
            {"4.2", "4.3", {from_host(pg_folder + "4.2.0_to_4.3.0_schema.pgsql.sql", true)}},
            {"4.3", "4.7", {from_host(pg_folder + "4.3.0_to_4.7.0_schema.pgsql.sql", false)}}};
}
std::vector<Migration> lite_migrations() {
    return {{"", "4.7", {from_host(lite_folder + "schema.sqlite3.sql", false), own(zone)}},
            {"4.7", "4.2", {own(back_lite)}},
            {"4.2", "4.3", {from_host(lite_folder + "4.2.0_to_4.3.0_schema.sqlite3.sql", true)}},
            {"4.3", "4.3.1", {from_host(lite_folder + "4.3.0_to_4.3.1_schema.sqlite3.sql", true)}},
            {"4.3.1", "4.7", {from_host(lite_folder + "4.3.1_to_4.7.0_schema.sqlite3.sql", true)}}};
}

std::string text(const Rows& rows) {
    std::string all;
    for (const Row& row : rows) {
        for (const Field& field : row)
            all += field.value_or("NULL") + " ";
        all += "\n";
    }
    return all;
}

// Columns by name, since their order differs, and indexes.
std::string schema(Connection& connection) {
    if (connection.kind() == Kind::postgresql)
        return text(connection.query(
                   "SELECT table_name, column_name, data_type, character_maximum_length, "
                   "column_default, is_nullable FROM information_schema.columns WHERE "
                   "table_schema = 'public' ORDER BY 1, 2")) +
               text(connection.query("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' "
                                     "ORDER BY 1")) +
               text(connection.query("SELECT conrelid::regclass, conname, "
                                     "pg_get_constraintdef(oid) FROM pg_constraint WHERE "
                                     "connamespace = 'public'::regnamespace ORDER BY 1, 2"));
    return text(connection.query(
               "SELECT t.name, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk FROM "
               "sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' "
               "AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1, 2")) +
           text(
               connection.query("SELECT t.name, i.name, i.\"unique\", x.name FROM sqlite_schema t, "
                                "pragma_index_list(t.name) i, pragma_index_info(i.name) x WHERE "
                                "t.type = 'table' ORDER BY 1, 2, x.seqno")) +
           text(connection.query("SELECT t.name, f.\"table\", f.\"from\", f.on_delete FROM "
                                 "sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE "
                                 "t.type = 'table' ORDER BY 1, 2, 3"));
}

void add_key(Connection& connection) {
    connection.script("INSERT INTO cryptokeys (domain_id, flags, content) SELECT id, 257, "
                      "'secret' FROM domains");
}

// Fresh, back to 4.2, and forward by the product's own scripts: the same as fresh.
void there_and_back(Connection& connection, const std::vector<Migration>& all,
                    const VersionStatements& version) {
    CHECK(schema_version(connection, version) == std::nullopt);
    migrate(connection, path(all, "", "4.7"), version, {});
    CHECK(schema_version(connection, version) == "4.7");
    const std::string fresh = schema(connection);
    CHECK(fresh.find("catalog") != std::string::npos);
    migrate(connection, path(all, "4.7", "4.2"), version, {});
    CHECK(schema_version(connection, version) == "4.2");
    add_key(connection);
    const std::string old = schema(connection);
    CHECK(old != fresh);

    // Half of the way is none: the last statement of the last script fails.
    std::vector<Migration> broken = path(all, "4.2", "4.7");
    broken.back().run.push_back(own("INSERT INTO domains (nothing) VALUES (1)"));
    CHECK_THROWS_AS(migrate(connection, broken, version, {}), engine::Error);
    CHECK(schema(connection) == old);
    CHECK(schema_version(connection, version) == "4.2");

    migrate(connection, path(all, "4.2", "4.7"), version, {});
    CHECK(schema_version(connection, version) == "4.7");
    CHECK(schema(connection) == fresh);
    CHECK(connection.query("SELECT content FROM cryptokeys") == Rows{{"secret"}});
    CHECK(connection.query("SELECT name FROM domains") == Rows{{"probe.invalid"}});
}

} // namespace

TEST_CASE("the product's own files, with a version that is told by columns: PostgreSQL") {
    if (!installed())
        return;
    server().reset();
    there_and_back(*server().as_locum(), pg_migrations(), pg_version);
}

TEST_CASE("the product's own files, with a version that is told by columns: SQLite") {
    if (!installed())
        return;
    const Scratch scratch;
    there_and_back(*scratch.open("a.db"), lite_migrations(), lite_version);
}

TEST_CASE("a copy of the old schema is brought forward by the scripts for SQLite") {
    if (!installed())
        return;
    server().reset();
    const auto locum = server().as_locum();
    migrate(*locum, path(pg_migrations(), "", "4.2"), pg_version, {});
    add_key(*locum);
    const Scratch scratch;
    CopyRequest request;
    request.source = server().settings();
    request.target = scratch.path("copy.sqlite");
    engine::SilentReporter silent;
    datasource::copy(request, silent);
    const auto copy = connect_file(request.target, {});
    CHECK(schema_version(*copy, lite_version) == "4.2");
    migrate(*copy, path(lite_migrations(), "4.2", "4.7"), lite_version, {});
    CHECK(schema_version(*copy, lite_version) == "4.7");
    CHECK(copy->query("SELECT name, catalog FROM domains") ==
          Rows{{"probe.invalid", std::nullopt}});
    CHECK(copy->query("SELECT content, published FROM cryptokeys") == Rows{{"secret", "1"}});
}

TEST_CASE("the application may use what a schema that does not know it has made") {
    if (!installed())
        return;
    server().reset();
    const auto locum = server().as_locum();
    // The test's server gives these rights by itself.
    locum->script("ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM application;"
                  "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM "
                  "application");
    allow_application(*locum, server().settings());
    migrate(*locum, path(pg_migrations(), "", "4.2"), pg_version, {});
    const auto application = server().as_application();
    application->script("INSERT INTO domains (name, type) VALUES ('a.invalid', 'NATIVE')");
    migrate(*locum,
            {{"4.2",
              "4.7",
              {from_host(pg_folder + "4.2.0_to_4.3.0_schema.pgsql.sql", true),
               from_host(pg_folder + "4.3.0_to_4.7.0_schema.pgsql.sql", false),
               own("CREATE TABLE later (id serial PRIMARY KEY)")}}},
            pg_version, {});
    application->script("INSERT INTO later DEFAULT VALUES; UPDATE domains SET catalog = 'x'; "
                        "DELETE FROM later; INSERT INTO cryptokeys (flags) VALUES (1)");
}

TEST_CASE("a file for the shell that is not marked as one is refused by name") {
    if (!installed())
        return;
    const Scratch scratch;
    const auto database = scratch.open("a.db");
    migrate(*database, path(lite_migrations(), "", "4.2"), lite_version, {});
    const std::string file = lite_folder + "4.2.0_to_4.3.0_schema.sqlite3.sql";
    const std::string what = refusal([&] {
        migrate(*database, {{"4.2", "4.3", {from_host(file, false)}}}, lite_version, {});
    });
    CHECK(what.find(file + ":1: found the shell's command .bail") != std::string::npos);
    CHECK(schema_version(*database, lite_version) == "4.2");
}

TEST_CASE("a version-query that is not answered as the migration said takes all of it back") {
    server().reset();
    const Scratch scratch;
    const auto lite = scratch.open("a.db");
    const auto locum = server().as_locum();
    for (Connection* connection : {locum.get(), lite.get()}) {
        const VersionStatements& version =
            connection->kind() == Kind::postgresql ? pg_version : lite_version;
        const std::string what = refusal([&] {
            migrate(*connection, {{"", "4.2", {own("CREATE TABLE other (a integer)")}}}, version,
                    {});
        });
        CHECK(what.find("the schema version is (none), expected 4.2") != std::string::npos);
        CHECK_THROWS_AS(connection->query("SELECT a FROM other"), engine::Error);
    }
}

TEST_CASE("a file that empties the search path, as pg_dump's do, leaves the version to be found") {
    server().reset();
    const auto locum = server().as_locum();
    MigrationPart part = own("\\restrict abc\nSELECT pg_catalog.set_config('search_path', '', "
                             "false);\nCREATE TABLE public.v (version text);\n"
                             "INSERT INTO public.v VALUES ('');\n\\unrestrict abc\n");
    part.for_shell = true;
    migrate(*locum, {{"", "1", {part}}}, {"SELECT version FROM v", "UPDATE v SET version = $1"},
            {});
    CHECK(locum->query("SELECT version FROM v") == Rows{{"1"}});
}
