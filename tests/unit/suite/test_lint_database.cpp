// What `bundle lint` says of the ways between schema versions, and of the tables at their end.

#include "platform/hash.hpp"
#include "tests/unit/suite/lint_sample.hpp"

using namespace lint_sample;
using datasource::Kind;

namespace {

suite::Source with_text(const std::string& path, const std::string& content,
                        const Changes& changes = {}) {
    suite::Source source = sample(changes);
    source.texts[path] = content;
    fill(source);
    return source;
}

std::string first_sql() {
    return sample().texts["lite/1.sql"];
}

// Makes schema 2 at once, and has a way from 1, which it cannot make.
suite::Source made_at_once(const std::string& made) {
    return with_text(
        "lite/1.sql", made,
        {{"{ to = \"1\", file = \"lite/1.sql\" }", "{ to = \"2\", file = \"lite/1.sql\" }"}});
}

const std::string schema_2 = "CREATE TABLE schema_version (version text PRIMARY KEY);\n"
                             "INSERT INTO schema_version VALUES ('2');\n"
                             "CREATE TABLE thing (id integer PRIMARY KEY, name text, colour text);"
                             "CREATE TABLE seen (thing integer PRIMARY KEY, at text);\n";

// What is said where the only way to schema 2 is one from another schema, from which nothing
// upgrades.
std::string with_way_from(const std::string& from) {
    Changes changes = {{"[\"1\"]", "[]"}};
    for (const std::string engine : {"pg", "lite"}) {
        changes.push_back({"{ to = \"1\", file = \"" + engine + "/1.sql\" }",
                           "{ to = \"" + from + "\", file = \"" + engine + "/1.sql\" }"});
        changes.push_back({"{ from = \"1\", to = \"2\", file = \"" + engine,
                           "{ from = \"" + from + "\", to = \"2\", file = \"" + engine});
    }
    suite::Source source = sample(changes);
    for (const char* path : {"lite/1.sql", "lite/2.sql"})
        source.texts[path] += "UPDATE schema_version SET version = '" + from + "';";
    fill(source);
    return findings(source);
}

} // namespace

TEST_CASE("lint: what makes a rolling upgrade impossible") {
    suite::Source source = sample();
    source.manifest.database.engines.erase(Kind::sqlite);
    CHECK(findings(source) == "suite.toml:69 warning no-rolling");
    source = sample();
    source.manifest.database.engines.erase(Kind::postgresql);
    CHECK(findings(source) == "suite.toml:69 note one-host");
    source = sample();
    source.manifest.balancing.reset();
    CHECK(findings(source) == "suite.toml:17 warning no-rolling");
}

TEST_CASE("lint: ways that one engine has, and ways that are not offered") {
    const Changes old_way = {{"    { from = \"1\", to = \"2\", file = \"pg/2.sql\" },\n",
                              "    { from = \"1\", to = \"2\", file = \"pg/2.sql\" },\n"
                              "    { from = \"0\", to = \"1\", file = \"pg/0.sql\" },\n"}};
    CHECK(findings_with(old_way) == "suite.toml:78 warning one-engine-only");
    // A version between two, on one engine: 1 → 1.1 → 2.
    suite::Source source = sample({{"{ from = \"1\", to = \"2\", file = \"lite/2.sql\" }",
                                    "{ from = \"1\", to = \"1.1\", file = \"lite/2.sql\" },\n"
                                    "{ from = \"1.1\", to = \"2\", file = \"lite/3.sql\" }"}});
    CHECK(findings(source) == "");
    CHECK(findings_with({{"[\"1\"]", "[]"}}) == "suite.toml:77 note way-not-offered");
    // A way back from what only a newer program needs is not to be upgraded by.
    CHECK(with_way_from("3") == "");
    CHECK(with_way_from("1.5") == "suite.toml:77 note way-not-offered");
    CHECK(with_way_from("third") ==
          "suite.toml:77 note way-not-offered"); // nobody knows which is newer
    CHECK(findings_with({{"\"works\"", "\"breaks\""}}) == "suite.toml:10 note both-break");
}

TEST_CASE("lint: host files that are not here, or that nobody needs") {
    suite::Source source = sample();
    source.text += "[[host-files]]\n";
    source.manifest.host_files = {{"first", "server", "/usr/share/sample/1.sql", ""}};
    CHECK(findings(source) == "suite.toml:92 warning host-file-unused");
    for (auto& [kind, engine] : source.manifest.database.engines)
        engine.migrations[0].run[0].host_file = "first";
    CHECK(findings(source) == ""); // the SQL was found
    source.missing_host_files = {"first"};
    source.manifest.database.engines.at(Kind::sqlite).migrations[0].run[0].sql = "";
    CHECK(findings(source) == "suite.toml:92 note host-file-unread\n"
                              "suite.toml:83 note migration-untried\n"
                              "suite.toml:10 note upgrade-untried");
}

TEST_CASE("lint: migrations that fail on SQLite") {
    const suite::Source wrong = with_text("lite/2.sql", "ALTER TABLE thin ADD COLUMN colour text;");
    CHECK(findings(wrong) == "suite.toml:84 error migration-fails");
    CHECK(suite::lint(wrong, {})[0].finding.found.find("lite/2.sql") != std::string::npos);
    CHECK(suite::lint(wrong, {})[0].finding.found.find("thin") != std::string::npos);
    CHECK(suite::lint(wrong, {})[0].finding.found.find("/tmp") == std::string::npos);
    // The row that version-record is to change is missing.
    CHECK(findings(
              with_text("lite/1.sql", "CREATE TABLE schema_version (version text PRIMARY KEY);")) ==
          "suite.toml:83 error migration-fails\nsuite.toml:10 note upgrade-untried");
    CHECK(
        findings_with({{"[database.sqlite]\nversion-query = \"SELECT version FROM schema_version\"",
                        "[database.sqlite]\nversion-query = \"SELECT 'old'\""}}) ==
        "suite.toml:79 error version-of-nothing\nsuite.toml:10 note upgrade-untried");
    suite::Source command = sample();
    command.manifest.database.engines.at(Kind::sqlite).migrations[1].run[0].argv = {"/bin/true"};
    CHECK(findings(command) == "suite.toml:84 note migration-untried");
}

TEST_CASE("lint: a schema from which it upgrades is made by the version that has it") {
    CHECK(findings(made_at_once(schema_2)) == "suite.toml:10 note upgrade-untried");
    CHECK(findings(made_at_once(schema_2), {sample_before()}) == "");
    const std::string other = replaced(schema_2, {{", colour text", ", size text"}});
    CHECK(findings(made_at_once(other), {sample_before()}) ==
          "suite.toml:79 warning schemas-differ\nsuite.toml:79 warning schemas-differ");
    const std::string keyless = replaced(schema_2, {{"thing integer PRIMARY", "thing integer UNIQUE"
                                                                              " PRIMARY"}});
    CHECK(findings(made_at_once(keyless), {sample_before()}) == "");
    suite::Source broken = made_at_once(schema_2);
    broken.texts["lite/2.sql"] = "ALTER TABLE thin ADD COLUMN colour text;";
    fill(broken);
    CHECK(findings(broken, {sample_before()}) == "suite.toml:84 error migration-fails");
}

TEST_CASE("lint: a schema that lies on another's way is tried with it") {
    // Schema 1 is made by nobody: the older version makes 0, the newer one 2.
    const Changes old_schema = {{"schema = \"1\"", "schema = \"0\""},
                                {"to = \"1\", file = \"pg", "to = \"0\", file = \"pg"},
                                {"to = \"1\", file = \"lite", "to = \"0\", file = \"lite"}};
    suite::Source older = sample_before();
    older.text = replaced(older.text, old_schema);
    older.manifest = suite::parse_manifest(older.text, older.file);
    older.texts["lite/1.sql"] = replaced(first_sql(), {{"'1'", "'0'"}});
    fill(older);
    const auto newer = [](const std::string& from) {
        Changes changes = {{"[\"1\"]", from}};
        for (const std::string engine : {"pg", "lite"})
            changes.push_back({"{ to = \"1\", file = \"" + engine + "/1.sql\" }",
                               "{ to = \"2\", file = \"" + engine +
                                   "/1.sql\" },\n    { from = "
                                   "\"0\", to = \"1\", file = \"" +
                                   engine + "/0.sql\" }"});
        return with_text("lite/1.sql", schema_2, changes);
    };
    CHECK(findings(newer("[\"0\", \"1\"]"), {older}) == "");
    CHECK(findings(newer("[\"1\", \"0\"]"), {older}) == "");
    CHECK(findings(newer("[\"1\", \"0\"]")) == "suite.toml:10 note upgrade-untried\n"
                                               "suite.toml:10 note upgrade-untried");
}

TEST_CASE("lint: DDL of a copy that fails") {
    suite::Source source = sample();
    source.manifest.database.engines.at(Kind::sqlite).copy_ddl = "lite/copy.sql";
    source.texts["lite/copy.sql"] = "CREATE TABLE thing (id);";
    CHECK(findings(source) == "");
    source.texts["lite/copy.sql"] = "CREATE TABEL thing (id);";
    CHECK(findings(source) == "lite/copy.sql:0 error copy-ddl-fails");
}

TEST_CASE("lint: tables without a primary key") {
    CHECK(findings(
              with_text("lite/1.sql", first_sql() + "\nCREATE TABLE\n  \"loose\" (a text);\n")) ==
          "lite/1.sql:6 warning primary-key");
    // The vendor of the suite does not write the host's files.
    suite::Source hosts = with_text("lite/1.sql", first_sql() + "CREATE TABLE loose (a text);\n");
    hosts.manifest.database.engines.at(Kind::sqlite).migrations[0].run[0].host_file = "first";
    CHECK(findings(hosts) == "lite/1.sql:5 note primary-key");
    // The version's own has one row.
    CHECK(findings(with_text("lite/1.sql",
                             replaced(first_sql(), {{"text PRIMARY KEY", "text"}}))) == "");
}

TEST_CASE("lint: the version's own table is the one that its query reads, not one named alike") {
    const std::string own = replaced(first_sql(), {{"text PRIMARY KEY", "text"}});
    CHECK(findings(with_text("lite/1.sql", own + "CREATE TABLE version (a text);\n")) ==
          "lite/1.sql:5 warning primary-key");
    CHECK(findings(with_text("lite/1.sql", own + "CREATE TABLE schema (a text);\n")) ==
          "lite/1.sql:5 warning primary-key");
    const std::string lite = "[database.sqlite]\nversion-query = \"SELECT version FROM ";
    CHECK(findings(with_text("lite/1.sql", own,
                             {{lite + "schema_version", lite + "main.[Schema_Version]"}})) == "");
}

TEST_CASE("lint: that nothing was tried on PostgreSQL is said once") {
    const auto notes = [](const suite::Source& source) {
        std::vector<unsigned> lines;
        for (const suite::Remark& remark : suite::lint(source, {}))
            if (remark.finding.name == "postgresql-untried") {
                CHECK(remark.note);
                lines.push_back(remark.at.line);
            }
        return lines;
    };
    suite::Source source = sample();
    CHECK(notes(source) == std::vector<unsigned>{72});
    source.manifest.database.engines.erase(Kind::sqlite);
    CHECK(notes(source) == std::vector<unsigned>{72});
    source = sample();
    source.manifest.database.engines.erase(Kind::postgresql);
    CHECK(notes(source).empty());
}

TEST_CASE("lint: node-local tables") {
    CHECK(findings_with({{"[\"seen\"]", "[\"sen\"]"}}) == "suite.toml:69 error node-local-missing");
    CHECK(findings(
              with_text("lite/1.sql",
                        replaced(first_sql(), {{"thing integer PRIMARY KEY",
                                                "thing integer PRIMARY KEY REFERENCES thing"}}))) ==
          "lite/1.sql:4 note node-local-key");
    CHECK(
        findings(with_text("lite/1.sql", first_sql() + "CREATE TABLE look (id integer PRIMARY KEY, "
                                                       "seen integer REFERENCES seen);\n")) ==
        "lite/1.sql:5 warning node-local-referred");
}

TEST_CASE("lint: a promise that old programs work, and columns that are gone") {
    CHECK(findings(with_text("lite/2.sql", "ALTER TABLE thing DROP COLUMN name;")) ==
          "suite.toml:10 warning promise-doubtful");
    CHECK(findings(with_text(
              "lite/2.sql", "ALTER TABLE thing DROP COLUMN name;",
              {{"\"works\"", "\"breaks\""}, {"\"breaks\"\n[top", "\"works\"\n[top"}})) == "");
}
