// What all JSON documents have in common.

#include "cli/document.hpp"

#include <doctest/doctest.h>

using namespace locum;
using nlohmann::json;

TEST_CASE("document: its kind and format, and what is no UTF-8 does not hide the rest") {
    const std::string text =
        cli::text_of(cli::document("report", {{"found", "last \xff\xfe line"}, {"number", 1}}));
    CHECK(text.ends_with("}\n"));
    const json value = json::parse(text);
    CHECK(value.at("kind") == "report");
    CHECK(value.at("format") == 1);
    CHECK(value.at("number") == 1);
    CHECK(value.at("found").get<std::string>().starts_with("last "));
}
