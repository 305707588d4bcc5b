// Which tables a statement reads.

#include "suite/lint_sql.hpp"

#include <doctest/doctest.h>

using locum::suite::sources_of;

namespace {

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("what a statement reads are the names behind FROM and JOIN") {
    CHECK(sources_of("SELECT 1") == Names{});
    CHECK(sources_of("SELECT 'FROM thing' -- FROM thing\n/* FROM thing */ AS \"from\"") == Names{});
    CHECK(sources_of("select a from Thing") == Names{"thing"});
    CHECK(sources_of("SELECT v FROM main.\"Schema_Version\" WHERE x") == Names{"schema_version"});
    CHECK(
        sources_of("SELECT 1 FROM a AS x, b y, [c d] JOIN `e` ON x.i = e.i, f WHERE x IN (1, 2)") ==
        Names{"a", "b", "c d", "e", "f"});
    CHECK(sources_of("SELECT 1 FROM (SELECT 2 FROM a) GROUP BY b, c") == Names{"a"});
    CHECK(sources_of("SELECT 1 IS DISTINCT FROM 2") == Names{});
    CHECK(sources_of("SELECT \"unended FROM a") == Names{});
    CHECK(sources_of("FROM") == Names{});
}
