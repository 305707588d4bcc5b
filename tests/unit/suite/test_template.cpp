#include "engine/error.hpp"
#include "suite/template.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::suite;

namespace {

Scope scope() {
    Scope s;
    s.variables = {{"node.name", "n1"}, {"port.device", "30001"}, {"datasource", "sqlite"},
                   {"yes", "true"},     {"no", "false"},          {"secret", "it's \\ here"}};
    s.lists["servers"] = {{{"name", "a"}, {"port.device", "1"}, {"out", "false"}},
                          {{"name", "b"}, {"port.device", "2"}, {"out", "true"}}};
    s.lists["none"] = {};
    return s;
}

std::string rendered(std::string_view text) {
    return render(text, scope(), "x.in");
}

std::string complaint(std::string_view text) {
    try {
        return "accepted: " + rendered(text);
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        CHECK(error.remedy() != "");
        return error.what();
    }
}

} // namespace

TEST_CASE("variables, braces and filters are replaced") {
    CHECK(rendered("") == "");
    CHECK(rendered("plain\n") == "plain\n");
    CHECK(rendered("{node.name}:{port.device}") == "n1:30001");
    CHECK(rendered("{{node.name}}") == "{node.name}");
    CHECK(rendered("{{{node.name}}}") == "{n1}");
    CHECK(rendered("p='{secret|conninfo}'") == "p='it\\'s \\\\ here'");
}

TEST_CASE("blocks on lines of their own leave no line behind") {
    CHECK(rendered("a\n{if datasource sqlite}\nb\n{end}\nc\n") == "a\nb\nc\n");
    CHECK(rendered("a\n{if datasource postgresql}\nb\n{end}\nc\n") == "a\nc\n");
    CHECK(rendered("a\n  {if yes}  \n  b\n  {end}\nc") == "a\n  b\nc");
    CHECK(rendered("{if yes}\r\nb\r\n{end}\r\n") == "b\r\n");
    CHECK(rendered("{if yes}\nb\n{end}") == "b\n");
    CHECK(rendered("{if no}\n{unknown}\n{end}\n") == "");
}

TEST_CASE("blocks within a line keep the rest of the line") {
    CHECK(rendered("x{if yes} y{end} z\n") == "x y z\n");
    CHECK(rendered("x{if no} y{end} z\n") == "x z\n");
    CHECK(rendered("  {if yes}y{end}\n") == "  y\n");
    CHECK(rendered("{if yes}{if no}a{end}b{end}") == "b");
}

TEST_CASE("loops repeat their lines for each item") {
    CHECK(
        rendered(
            "{for s in servers}\n  {s.name} :{s.port.device}{if s.out} disabled{end}\n{end}\n.") ==
        "  a :1\n  b :2 disabled\n.");
    CHECK(rendered("{for s in servers}\n{if s.name b}\n{s.name} on {node.name}\n{end}\n{end}\n") ==
          "b on n1\n");
    CHECK(rendered("{for s in none}\n{s.name}\n{end}\n") == "");
    CHECK(rendered("{for a in servers}{for b in servers}{a.name}{b.name} {end}{end}") ==
          "aa ab ba bb ");
}

TEST_CASE("what is wrong in a template is named by file, line and column") {
    CHECK(complaint("a\n {nope}") ==
          "x.in:2:2: found the unknown variable 'nope'; expected one of datasource, no, node.name, "
          "port.device, secret, yes");
    CHECK(complaint("{if yes}\nx\n") ==
          "x.in:1:1: found a block without its {end}; expected {end}");
    CHECK(complaint("x\n{end}\n") ==
          "x.in:2:1: found {end} where no block is open; expected no {end}");
    CHECK(complaint("a } b") == "x.in:1:3: found a single '}'; expected '}}' for a brace");
    CHECK(complaint("a {b\n}") ==
          "x.in:1:3: found a '{' without its '}'; expected {name}, or '{{' for a brace");
    CHECK(complaint("{A b}") == "x.in:1:1: found {A b}; expected {name}, {for ITEM in LIST}, "
                                "{if NAME VALUE} or {end}; '{{' for a brace");
    CHECK(complaint("{node.name|html}") ==
          "x.in:1:1: found the unknown filter 'html'; expected conninfo");
    CHECK(complaint("{for s in hosts}\n{end}") ==
          "x.in:1:1: found the unknown list 'hosts'; expected one of none, servers");
    CHECK(
        complaint("{for s in servers}\n{s.age}{end}") ==
        "x.in:2:1: found the unknown variable 's.age'; expected s.NAME with NAME one of name, out, "
        "port.device");
    std::string deep;
    for (int i = 0; i < 40; ++i)
        deep += "{if yes}";
    CHECK(complaint(deep).find("more than 15 blocks in one another") != std::string::npos);
}

TEST_CASE("a value cannot add lines, and a refused value is not shown") {
    Scope s;
    s.variables["secret"] = "hush\nadmin = true";
    try {
        render("{secret}", s, "x.in");
        FAIL("accepted");
    } catch (const engine::Error& error) {
        CHECK(std::string(error.what()) ==
              "x.in:1:1: found a line break or NUL in the value of 'secret'; expected one line");
    }
}

TEST_CASE("all variables of a template are known without rendering it") {
    const auto uses = variables_of("{if datasource sqlite}\n{datasource.file}\n{end}\n"
                                   "{for server in servers}\n{server.port.device}\n{end}\n",
                                   "x.in");
    REQUIRE(uses.size() == 4);
    CHECK(uses[0].name == "datasource");
    CHECK(uses[1].name == "datasource.file");
    CHECK(uses[1].line == 2);
    CHECK(uses[2].list == "servers");
    CHECK(uses[2].name == "");
    CHECK(uses[3].list == "servers");
    CHECK(uses[3].name == "port.device");
    CHECK(uses[3].line == 5);
}
