// What a person starts from the host's menus: [[shortcuts]].

#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

const std::string ports = R"([[ports]]
name = "web"
component = "server"
choices = [{ port = 80 }]
)";
const std::string tool = R"([[shortcuts]]
name = "tool"
component = "server"
title = "Tool of S"
program = "{component.dir}/bin/tool"
arguments = ["--data", "{data}"]
icon = "{component.dir}/tool.png"
desktop = true
)";
const std::string web = R"([[shortcuts]]
name = "web"
component = "server"
title = "Web of S"
url = "http://{node.address}:{port.web}/"
)";

std::string with_shortcuts() {
    return head + ports + tool + web + database;
}

std::string complaint(const std::string& from, const std::string& to) {
    return suite::testing::complaint(replaced(with_shortcuts(), from, to));
}

bool says(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("shortcuts: read as they are written") {
    const Manifest m = parse_manifest(with_shortcuts(), "s.toml");
    REQUIRE(m.shortcuts.size() == 2);
    CHECK(m.shortcuts[0].name == "tool");
    CHECK(m.shortcuts[0].component == "server");
    CHECK(m.shortcuts[0].title == "Tool of S");
    CHECK(m.shortcuts[0].program == "{component.dir}/bin/tool");
    CHECK(m.shortcuts[0].arguments == std::vector<std::string>{"--data", "{data}"});
    CHECK(m.shortcuts[0].icon == "{component.dir}/tool.png");
    CHECK(m.shortcuts[0].desktop);
    CHECK(m.shortcuts[1].url == "http://{node.address}:{port.web}/");
    CHECK(!m.shortcuts[1].desktop);
}

TEST_CASE("shortcuts: a mistake is told with its place") {
    CHECK(says(
        complaint("component = \"server\"\ntitle = \"Tool", "component = \"no\"\ntitle = \"Tool"),
        "'no'"));
    CHECK(says(complaint("name = \"web\"\ncomponent = \"server\"\ntitle",
                         "name = \"tool\"\ncomponent = \"server\"\ntitle"),
               "tool"));
    CHECK(says(complaint("Web of S", "Tool of S"), "found a second 'Tool of S'"));
    CHECK(says(complaint("url = \"http", "program = \"x\"\nurl = \"http"),
               "neither or both of 'program' and 'url'"));
    CHECK(says(complaint("url = \"http://{node.address}:{port.web}/\"\n", ""),
               "neither or both of 'program' and 'url'"));
    CHECK(says(complaint("url = \"http", "arguments = [\"x\"]\nurl = \"http"),
               "'arguments' beside 'url'"));
    CHECK(says(complaint("{port.web}", "{port.none}"), "'none'"));
    CHECK(says(complaint("{data}", "{datasource.password}"), "datasource.password"));
    for (const std::string title : {"a/b", "a:b", "what?", "dot.", " blank", "blank "})
        CHECK_MESSAGE(says(complaint("Tool of S", title), "for 'title'"), title);
    CHECK(says(complaint("desktop = true", "desk = true"), "desk"));
}
