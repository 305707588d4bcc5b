#include "datasource/script.hpp"

#include <doctest/doctest.h>

using locum::datasource::transaction_statement;

TEST_CASE("a transaction statement of a script is found") {
    CHECK(transaction_statement("BEGIN; SELECT 1") == "BEGIN");
    CHECK(transaction_statement("CREATE TABLE a (b int);\n commit ;") == "COMMIT");
    CHECK(transaction_statement("SELECT 1; -- note\n/* and /* this */ */ end") == "END");
    CHECK(transaction_statement("start transaction") == "START");
    CHECK(transaction_statement("PREPARE TRANSACTION 'x'") == "PREPARE TRANSACTION");
    CHECK(transaction_statement("ROLLBACK") == "ROLLBACK");
    CHECK(transaction_statement("SELECT E'\\''; COMMIT; SELECT ''") == "COMMIT");
}

TEST_CASE("what only looks like a transaction statement is left alone") {
    CHECK(transaction_statement("") == "");
    CHECK(transaction_statement("SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a") == "");
    CHECK(transaction_statement("SELECT '; COMMIT;'; SELECT \"; COMMIT\" FROM a") == "");
    CHECK(transaction_statement("-- COMMIT\n/* ; COMMIT */ SELECT 1") == "");
    CHECK(transaction_statement("DO $$ BEGIN; COMMIT; END $$; DO $a$ BEGIN END $b$ ; COMMIT $a$") ==
          "");
    CHECK(
        transaction_statement("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true "
                              "THEN 1 END; SELECT 2; END; SELECT 1") == "");
    CHECK(transaction_statement("SELECT E'it\\'s; COMMIT;'") == "");
    CHECK(transaction_statement("CREATE TABLE t (begin_at int, \"end\" int)") == "");
    CHECK(transaction_statement(
              "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 2; END; COMMIT") == "COMMIT");
}
