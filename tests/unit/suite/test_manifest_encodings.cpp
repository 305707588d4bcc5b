// How a copy holds values, as the manifest says it.

#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

TEST_CASE("encodings of the copy") {
    const std::string end = "    { from = \"1\", to = \"2\", file = \"2.sql\" },\n]\n";
    const auto with = [&](const std::string& line) { return end + line; };
    std::string good = valid;
    good += "encode = { timestamptz = \"epoch-ms\", uuid = \"blob\", array = \"text\", int8 = "
            "\"text\" }\nencode-columns = { \"device.seen\" = \"text\" }\n";
    const datasource::Encodings read =
        parse_manifest(good, "s.toml").database.engines.at(datasource::Kind::sqlite).encode;
    using enum datasource::Encoding;
    CHECK(read.types ==
          std::map<std::string, datasource::Encoding>{{"timestamp with time zone", epoch_ms},
                                                      {"uuid", blob},
                                                      {"array", text},
                                                      {"bigint", text}});
    CHECK(read.columns == std::map<std::string, datasource::Encoding>{{"device.seen", text}});
    check({
        {end, with("encode = { uuid = \"epoch-s\" }\n"),
         "59:19: found 'epoch-s' for 'uuid'; expected text, blob"},
        {end, with("encode = { date = \"days\" }\n"),
         "59:19: found 'days' for 'date'; expected text, epoch-s, epoch-ms, epoch-us"},
        {end, with("encode = { int4range = \"text\" }\n"),
         "59:12: found the type 'int4range'; expected a type of PostgreSQL that a copy carries, "
         "without its length, or array; 'encode-columns' for a column of any other"},
        {end, with("encode = { \"timestamptz(3)\" = \"text\" }\n"),
         "59:12: found the type 'timestamptz(3)'; expected a type of PostgreSQL that a copy "
         "carries, without its length, or array; 'encode-columns' for a column of any other"},
        {end, with("encode = { int = \"text\", integer = \"integer\" }\n"),
         "59:26: found 'integer', another name of a type above; expected each type once"},
        {end, with("encode-columns = { seen = \"text\" }\n"),
         "59:20: found the column 'seen'; expected \"table.column\", in quotes"},
        {end, with("encode-columns = { \"d.seen\" = \"iso\" }\n"),
         "59:31: found 'iso' for 'd.seen'; expected text, integer, real, blob, json, host, "
         "epoch-s, epoch-ms, epoch-us"},
    });
    std::string other = valid;
    other += "[database.postgresql]\nversion-query = \"SELECT v FROM s\"\n"
             "version-record = \"UPDATE s SET v = $1\"\nmigrations = [\n"
             "    { to = \"1\", file = \"3.sql\" },\n"
             "    { from = \"1\", to = \"2\", file = \"4.sql\" },\n]\n"
             "encode = { uuid = \"blob\" }\n";
    CHECK(complaint(other).find("'encode'") != std::string::npos);
}
