#include "datasource/script.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>

using namespace locum;
using datasource::Kind;
using datasource::runnable;

namespace {

constexpr Kind pg = Kind::postgresql;
constexpr Kind lite = Kind::sqlite;

// "LINE: what was found", or "" where it is run as it is.
std::string found(std::string_view sql, Kind kind, bool for_shell) {
    try {
        const std::string made = runnable(sql, "a.sql", kind, for_shell);
        CHECK(made.size() == sql.size());
        return made == sql ? "" : "made: " + made;
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        const std::string what = error.what();
        REQUIRE(what.starts_with("a.sql:"));
        const std::size_t is = what.find(": found ");
        return what.substr(6, is - 6) + ": " +
               what.substr(is + 8, what.find("; expected SQL that runs") - is - 8);
    }
}
std::string plain(std::string_view sql, Kind kind = pg) {
    return found(sql, kind, false);
}
std::string shell(std::string_view sql, Kind kind = pg) {
    return found(sql, kind, true);
}

std::string remedy(std::string_view sql, bool for_shell) {
    try {
        runnable(sql, "a.sql", pg, for_shell);
    } catch (const engine::Error& error) {
        return error.remedy();
    }
    return "";
}

} // namespace

TEST_CASE("a transaction statement of a script is found, with its line") {
    CHECK(plain("BEGIN; SELECT 1") == "1: BEGIN");
    CHECK(plain("CREATE TABLE a (b int);\n commit ;") == "2: COMMIT");
    CHECK(plain("SELECT 1; -- note\n/* and /* this */ */ end") == "2: END");
    CHECK(plain("start transaction") == "1: START TRANSACTION");
    CHECK(plain("PREPARE TRANSACTION 'x'") == "1: PREPARE TRANSACTION");
    CHECK(plain("ROLLBACK") == "1: ROLLBACK");
    CHECK(plain("SELECT E'\\''; COMMIT; SELECT ''") == "1: COMMIT");
    CHECK(plain("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 2; END; COMMIT") ==
          "1: COMMIT");
    CHECK(plain("BEGIN IMMEDIATE;", lite) == "1: BEGIN");
    CHECK(plain("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END;\nCOMMIT", lite) ==
          "2: COMMIT");
    CHECK(remedy("BEGIN; COMMIT;", false).find("for-shell = true") != std::string::npos);
    CHECK(remedy("VACUUM", false).find("for-shell") == std::string::npos);
}

TEST_CASE("a transaction statement that a string or a comment seems to hide is found") {
    CHECK(plain("SELECT 1; -- x\rCOMMIT; SELECT 2") == "1: COMMIT");
    CHECK(plain("SELECT 1; -- x\rCOMMIT; SELECT 2", lite) == "");
    CHECK(plain("SELECT E'x'\n'\\' -- ' ; COMMIT; --'") == "2: COMMIT");
    CHECK(plain("SELECT E'x' -- y\n  '\\' -- ' ; COMMIT; --'") == "2: COMMIT");
    CHECK(plain("SELECT E'x''\\' -- ' ; COMMIT; --'") == "1: COMMIT");
    CHECK(plain("SELECT E'x', '\\'; COMMIT") == "1: COMMIT");
}

TEST_CASE("what only looks like a transaction statement is left alone") {
    CHECK(plain("") == "");
    CHECK(plain("SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; RELEASE a") == "");
    CHECK(plain("SELECT '; COMMIT;'; SELECT \"; COMMIT\" FROM a") == "");
    CHECK(plain("-- COMMIT\n/* ; COMMIT */ SELECT 1") == "");
    CHECK(plain("DO $$ BEGIN; COMMIT; END $$; DO $a$ BEGIN END $b$ ; COMMIT $a$") == "");
    CHECK(plain("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; "
                "SELECT 2; END; SELECT 1") == "");
    CHECK(plain("SELECT E'it\\'s; COMMIT;'") == "");
    CHECK(plain("CREATE TABLE t (begin_at int, \"end\" int)") == "");
    CHECK(plain("CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);") == "");
    CHECK(plain("SELECT [; COMMIT;], `; END`; /* /* */ SELECT 1", lite) == "");
    CHECK(plain("CREATE TEMP TRIGGER t AFTER INSERT ON a WHEN CASE 1 WHEN 1 THEN 1 END BEGIN "
                "UPDATE b SET c = CASE WHEN 1 THEN 2 END; DELETE FROM b; END; SELECT 1",
                lite) == "");
    // A script of SQLite has no dollar quotes, and its backslash is not psql's.
    CHECK(plain("SELECT '\\'; SELECT 1 AS $$; COMMIT; -- $$", lite) == "1: COMMIT");
}

TEST_CASE("written for a shell: BEGIN, COMMIT and what is said of output are taken out") {
    CHECK(shell("BEGIN;\n  SELECT 1;\nCOMMIT;\n") == "made:       \n  SELECT 1;\n       \n");
    CHECK(shell("BEGIN; SELECT 1; END; START TRANSACTION; SELECT 2; COMMIT WORK") ==
          "made:        SELECT 1;                         SELECT 2;            ");
    CHECK(shell("\\set ON_ERROR_STOP on\n\\timing\n\\echo it's; COMMIT\n\\unset x\nSELECT 1;") ==
          "made: " + std::string(21, ' ') + "\n       \n                  \n        \nSELECT 1;");
    CHECK(shell("\\qecho a \\\\ SELECT 1; \\pset pager off") ==
          "made: " + std::string(11, ' ') + " SELECT 1; " + std::string(15, ' '));
    CHECK(shell("SELECT 1; -- \\i x\nSELECT '\\i x', \"\\c\"") == "");
    CHECK(shell(".bail on\n.echo off\nPRAGMA foreign_keys = 0;\nBEGIN TRANSACTION;\nSELECT 1;\n"
                "COMMIT;\nPRAGMA main.foreign_keys=1;\nANALYZE;\nPRAGMA foreign_key_check;",
                lite) == "made:         \n         \n                        \n                  \n"
                         "SELECT 1;\n       \n                           \nANALYZE;\n"
                         "PRAGMA foreign_key_check;");
    CHECK(shell("# a note; COMMIT\nSELECT 1", lite) == "made:                 \nSELECT 1");
    CHECK(shell("SELECT a::\"char\", b[1:2] FROM t") == "");
    CHECK(shell("SAVEPOINT a; SELECT 1; ROLLBACK TO a; RELEASE a") == "");
    CHECK(shell("SET lock_timeout = 0;\nSET SESSION statement_timeout = 0; SET x.y = 1;") ==
          "made: " + std::string(21, ' ') + "\n" + std::string(34, ' ') + " SET x.y = 1;");
    CHECK(plain("SET LOCAL lock_timeout = '1min'") == "");
    CHECK(plain("PRAGMA foreign_keys = 1; SELECT 1", lite) == "");
}

TEST_CASE("written for a shell: what Locum cannot do for it is refused by name") {
    CHECK(shell("SELECT 1;\n\\c other") == "2: the shell's command \\c");
    CHECK(shell("SELECT 1 \\gexec") == "1: the shell's command \\gexec");
    CHECK(shell("\\i other.sql") == "1: the shell's command \\i");
    CHECK(shell("\n\n  \\copy a from 'x'") == "3: the shell's command \\copy");
    CHECK(shell("\\set AUTOCOMMIT off") == "1: the shell's command \\set");
    CHECK(shell("\\set ON_ERROR_STOP off") == "1: the shell's command \\set");
    CHECK(shell("\\echo a \\i b") == "1: the shell's command \\i");
    CHECK(shell("SELECT :'name'") == "1: a variable of psql");
    CHECK(shell(".read x.sql", lite) == "1: the shell's command .read");
    CHECK(shell("SELECT 1;\n.import a b", lite) == "2: the shell's command .import");
    CHECK(shell(".mode csv", lite) == "1: the shell's command .mode");
    CHECK(shell("BEGIN; ROLLBACK;") == "1: ROLLBACK");
    CHECK(shell("ABORT") == "1: ABORT");
    CHECK(shell("BEGIN ISOLATION LEVEL SERIALIZABLE") == "1: BEGIN ISOLATION LEVEL SERIALIZABLE");
    CHECK(shell("BEGIN; COMMIT AND CHAIN") == "1: COMMIT AND CHAIN");
    CHECK(shell("SELECT 1;\nBEGIN; SELECT 2;\n") == "2: BEGIN without its COMMIT");
    CHECK(shell("BEGIN;\nBEGIN; COMMIT") == "2: BEGIN within a transaction of the file");
    CHECK(shell("SELECT 1; COMMIT") == "1: COMMIT without a BEGIN");
}

TEST_CASE("what cannot run in a transaction, or needs a client, is refused in any file") {
    for (const bool for_shell : {false, true}) {
        CHECK(found("COPY t (a) FROM STDIN;\n1\n\\.\n", pg, for_shell) == "1: COPY with STDIN");
        CHECK(found("COPY t FROM '/x.csv'; CREATE TABLE stdin (a int)", pg, for_shell) == "");
        CHECK(found("VACUUM FULL t", pg, for_shell) == "1: VACUUM");
        CHECK(found("VACUUM", lite, for_shell) == "1: VACUUM");
        CHECK(found("ATTACH 'x' AS y", lite, for_shell) == "1: ATTACH");
        CHECK(found("PRAGMA journal_mode = DELETE", lite, for_shell) == "1: PRAGMA JOURNAL_MODE");
        CHECK(found("CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", pg, for_shell) ==
              "1: CREATE UNIQUE … CONCURRENTLY");
        CHECK(found("REFRESH MATERIALIZED VIEW CONCURRENTLY v", pg, for_shell) == "");
        CHECK(found("CREATE DATABASE x", pg, for_shell) == "1: CREATE DATABASE");
    }
    CHECK(plain("SELECT 1;\n\\echo x") == "2: the shell's command \\echo");
    CHECK(plain(".bail on\nSELECT 1", lite) == "1: the shell's command .bail");
}
