#include "datasource/array.hpp"

#include <doctest/doctest.h>

using namespace locum::datasource;

namespace {

std::string of_array(std::string_view text, Form element = Form::text) {
    std::string space;
    return std::string(canonical_array(element, text, space));
}

std::string of_json(std::string_view text, Form element = Form::text) {
    std::string space;
    return std::string(canonical_json(element, text, space));
}

} // namespace

TEST_CASE("an array has one text, from PostgreSQL's and from JSON") {
    CHECK(of_array("{}") == "[]");
    CHECK(of_json("[]") == "[]");
    CHECK(of_array(R"({a,NULL,"NULL","",n})") == "[1:an4:NULL0:1:n]");
    CHECK(of_json(R"(["a",null,"NULL","","n"])") == "[1:an4:NULL0:1:n]");
    CHECK(of_array(R"({{"{x}","q\"b\\"},{",",ä}})") == "[[3:{x}4:q\"b\\][1:,2:ä]]");
    CHECK(of_json(R"([["{x}","q\"b\\"],[",","\u00e4"]])") == "[[3:{x}4:q\"b\\][1:,2:ä]]");
    CHECK(of_array("{t,f}", Form::boolean) == "[1:11:0]");
    CHECK(of_json("[true,false]", Form::boolean) == "[1:11:0]");
    // No double in between.
    CHECK(of_array("{1.50,12345678901234567890.1,NaN}", Form::decimal) ==
          "[3:1.522:12345678901234567890.13:NaN]");
    CHECK(of_json(R"([1.50,12345678901234567890.1,"NaN"])", Form::decimal) ==
          "[3:1.522:12345678901234567890.13:NaN]");
    CHECK(of_array("{1e+300,-0}", Form::real) == of_json("[1e300,-0]", Form::real));
    CHECK(of_array(R"({"\\x00ff"})", Form::bytes) == std::string("[2:\0\xff]", 6));
    CHECK(of_json(R"(["\\x00ff"])", Form::bytes) == std::string("[2:\0\xff]", 6));
    CHECK(of_array(R"({"2024-01-02 03:04:05+00"})", Form::instant) ==
          of_json(R"(["2024-01-02 03:04:05"])", Form::instant));
}

TEST_CASE("what is no array of plain values stays as it is, and what is cut off ends") {
    for (const char* other : {"", "1", "null", "\"x\"", "[1", "[1,]", "{\"a\":1}", "[{\"a\":1}]",
                              "[] []", "[1e999]", "not as encoded: x"})
        CHECK(of_json(other) == other);
    for (const char* cut : {"{\"a", "{\"a\\", "{a", "\"", "[0:1]={1,2}"})
        CHECK(!of_array(cut).empty());
    CHECK(of_array("[0:1]={1,2}") != of_json("[1,2]"));
}
