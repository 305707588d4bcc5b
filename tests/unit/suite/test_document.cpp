// Texts that nest too deep for whoever walks through them: refused before they are read.

#include "engine/error.hpp"
#include "suite/document.hpp"

#include <doctest/doctest.h>

using namespace locum;
using suite::Section;

namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

std::string said(const std::string& toml) {
    try {
        Section::parse(toml, "s.toml");
        return "accepted";
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::usage);
        return error.what();
    }
}

const std::string deep = repeated("a.", 100000) + "a";
const std::string too_long =
    "found a key of more than 8 parts; expected shorter keys, such as a.b.c";

} // namespace

TEST_CASE("keys of very many parts are refused, wherever they stand") {
    CHECK(said(deep + " = 1\n") == "s.toml:1:16: " + too_long);
    CHECK(said("x = 1\n[" + deep + "]\n") == "s.toml:2:17: " + too_long);
    for (const std::string& toml : {
             "[[" + deep + "]]\n",
             "x = [{ " + deep + " = 1 }]\n",
             "x = {" + deep + " = 1}\n",
             repeated("\"=\" . ", 100000) + "a = 1\n",
             repeated("'[' . ", 100000) + "a = 1\n",
             // Strings and comments whose ends could be taken for something else.
             "x = \"\"\"\"\"\"\n" + deep + " = 1\n",
             "x = \"\"\"\\\"\"\"\"\"\n" + deep + " = 1 # \"\n",
             "x = \"\"\" \"\" \"\"\"\"\"\n" + deep + " = 1 # \"\n",
             "x = '''\\'''''\n" + deep + " = 1 # '\n",
             "x = '\\'\n" + deep + " = 1 # '\n",
             "x = \"\\\\\"\n" + deep + " = 1 # \"\n",
             "x = \"'\" # '\"\n" + deep + " = 1\n",
         }) {
        const std::string text = said(toml);
        CHECK_MESSAGE(text.find(too_long) != text.npos, toml.substr(0, 40), text.substr(0, 200));
    }
}

TEST_CASE("dots that separate no parts are none") {
    const std::string dots(100, '.');
    CHECK(said("x = \"" + dots + "\" # " + dots + "\ny = '" + dots + "'\n") == "accepted");
    CHECK(said("x = \"\"\"\n" + dots + "\\\"\"\" " + dots + "\"\"\"\"\"\ny = '''\n" + dots +
               "'''\n") == "accepted");
    CHECK(said("\"" + dots + "\".b = 1\n") == "accepted");
    CHECK(said("x = [" + repeated("1.5, ", 100) + "]\n") == "accepted");
    CHECK(said(repeated("a.", 7) + "a = 1\n") == "accepted");
    CHECK(said(repeated("a.", 8) + "a = 1\n") == "s.toml:1:16: " + too_long);
}

TEST_CASE("arrays and inline tables nest as deep as the library lets them") {
    for (const int depth : {1000, 100000})
        for (const std::string& toml : {repeated("[", depth) + repeated("]", depth),
                                        repeated("{ a = ", depth) + "1" + repeated(" }", depth),
                                        repeated("[{ a.a.a.a.a.a.a = ", depth)})
            CHECK(said("x = " + toml + "\n").find("s.toml:1:") == 0);
    // The deepest that is read; it is taken apart again without trouble.
    const std::string key = repeated("a.", 7) + "a = ";
    CHECK(said(key + repeated("{ " + key, 250) + "1" + repeated(" }", 250) + "\n") == "accepted");
}
