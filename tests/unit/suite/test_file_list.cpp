// [files] of a manifest: what is written is what is read, and nothing else is.

#include "suite/file_list.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace locum::suite;
using Type = File::Type;

namespace {

const std::string zeros(64, '0');
const std::string before = "format = 1\n"; // of the manifest

std::vector<File> read(const std::string& text, const std::vector<std::string>& names = {"s"}) {
    const Section rest = Section::parse(before, "m.toml");
    return read_files(before + text, before.size(), names, rest);
}

std::string complaint(const std::string& text) {
    try {
        read(text);
        return "accepted";
    } catch (const locum::engine::Error& error) {
        CHECK(error.kind() == locum::engine::Kind::usage);
        CHECK(error.remedy().find("correct line ") == 0);
        return error.what();
    }
}

// A list of these lines, the first of which is the manifest's fourth.
std::string list(const std::string& lines) {
    return "[files]\ns = '''\n" + lines + "'''\n";
}

struct Wrong {
    std::string lines;
    std::string place;
    std::string complaint;
};

void check(const std::vector<Wrong>& cases) {
    for (const Wrong& wrong : cases)
        CHECK_MESSAGE(complaint(list(wrong.lines)) ==
                          "m.toml:" + wrong.place + ": found " + wrong.complaint,
                      wrong.lines);
}

bool same(const File& a, const File& b) {
    return a.component == b.component && a.path == b.path && a.type == b.type && a.mode == b.mode &&
           a.size == b.size && a.sha256 == b.sha256 && a.target == b.target;
}

} // namespace

TEST_CASE("files are written a line each, and read back as they were") {
    const std::vector<File> files = {
        {"s", " b", Type::directory, 0700, 0, "", ""},
        {"s", " b/''", Type::symlink, 0777, 0, "", "../' '"},
        {"s", " b/c  d ", Type::regular, 0600, 0, zeros, ""},
        {"s", "bin", Type::directory, 0755, 0, "", ""},
        {"s", "bin-notes", Type::regular, 0400, 1099511627776, std::string(64, 'f'), ""},
        {"s", "bin/run", Type::regular, 0777, 19, zeros, ""},
        {"t", "[files]", Type::regular, 0644, 7, zeros, ""},
    };
    const std::string text = written_files({"s", "empty", "t"}, files);
    CHECK(text == "[files]\n"
                  "s = '''\n"
                  "d 0700  b\n"
                  "l  b/''\t../' '\n"
                  "f 0600 0 " +
                      zeros +
                      "  b/c  d \n"
                      "d 0755 bin\n"
                      "f 0400 1099511627776 " +
                      std::string(64, 'f') +
                      " bin-notes\n"
                      "f 0777 19 " +
                      zeros +
                      " bin/run\n"
                      "'''\n"
                      "empty = '''\n'''\n"
                      "t = '''\n"
                      "f 0644 7 " +
                      zeros +
                      " [files]\n"
                      "'''\n");
    const std::vector<File> back = read(text, {"s", "empty", "t"});
    REQUIRE(back.size() == files.size());
    for (std::size_t i = 0; i < back.size(); ++i)
        CHECK_MESSAGE(same(back[i], files[i]), files[i].path);

    // The same to any reader of TOML.
    Section section = Section::parse(text, "m.toml").section("files");
    const std::string value = section.text("s").value;
    CHECK(text.find("'''\n" + value + "'''\n") != std::string::npos);
    CHECK(section.text("empty").value.empty());
}

TEST_CASE("a list has its components in the manifest's order, and nothing around them") {
    CHECK(complaint(list("")) == "accepted");
    const auto found = [](const std::string& what) { return "m.toml:" + what; };
    CHECK(complaint("[files]\nother = '''\n'''\n") ==
          found("3:1: found 'other = ''''; expected 's = ''''"));
    CHECK(complaint("[files]\n") == found("3:1: found ''; expected 's = ''''"));
    CHECK(complaint("[files]\ns = []\n") == found("3:1: found 's = []'; expected 's = ''''"));
    for (const char* other : {"s = \"\"\"\n\"\"\"\n", "s='''\n'''\n", "s = '''\r\n'''\n",
                              "s = '''d 0755 a\n'''\n", " s = '''\n'''\n", "\"s\" = '''\n'''\n"})
        CHECK_MESSAGE(complaint("[files]\n" + std::string(other)).find("m.toml:3:1: found '") == 0,
                      other);
    for (const char* more : {"\n", " ", "s = '''\n'''\n", "# more", "t = 1\n"})
        CHECK_MESSAGE(complaint(list("") + more).find("m.toml:5:1: found '") == 0, more);
    CHECK(complaint(list("") + "[x]\n") ==
          found("5:1: found '[x]'; expected the end of the manifest"));
    // Cut anywhere, it is no list any more.
    const std::string whole = list("d 0755 a\nf 0644 1 " + zeros + " a/b\n");
    CHECK(complaint(whole) == "accepted");
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(complaint(whole.substr(0, size)).find("m.toml:") == 0);
    CHECK(complaint(whole.substr(0, whole.size() - 1)) ==
          found("6:1: found '''''; expected a line of the list, or ''' after its last one"));
}

TEST_CASE("a line has one form") {
    const std::string types = "; expected f, d or l: a file, folder or link";
    const std::string mode = "; expected a mode of four octal digits such as \"0640\", without "
                             "setuid, setgid and sticky";
    const std::string size =
        "; expected a whole number from 0 to 1099511627776, without zeros before it";
    const std::string sum = "; expected 64 hexadecimal digits in lower case";
    const std::string inside = "; expected a path that stays in the component's folder";
    check({
        {"\n", "4:1", "''" + types},
        {"x 0755 a\n", "4:1", "'x'" + types},
        {"D 0755 a\n", "4:1", "'D'" + types},
        {" d 0755 a\n", "4:1", "''" + types},
        {"''' \n", "4:1", "'''''" + types},
        {"# d\n", "4:1", "'#'" + types},
        {"d\t0755 a\n", "4:1", "'d?0755'" + types},
        {"\x1b[2J\xc3\xa4\n", "4:1",
         "'?[2J?"
         "?'" +
             types},
        {std::string(81, 'x') + "\n", "4:1", "'" + std::string(80, 'x') + "…'" + types},

        {"d\n", "4:2", "the mode ''" + mode},
        {"d 755 a\n", "4:3", "the mode '755'" + mode},
        {"d 00755 a\n", "4:3", "the mode '00755'" + mode},
        {"d 0758 a\n", "4:3", "the mode '0758'" + mode},
        {"d +755 a\n", "4:3", "the mode '+755'" + mode},
        {"d  755 a\n", "4:3", "the mode ''" + mode},
        {"f 4755 1 " + zeros + " a\n", "4:3", "the mode '4755'" + mode},
        {"f 1755 1 " + zeros + " a\n", "4:3", "the mode '1755'" + mode},
        {"f 04755 1 " + zeros + " a\n", "4:3", "the mode '04755'" + mode},
        {"d 0500 a\n", "4:3", "the mode '0500'; expected at least 0700"},
        {"f 0377 1 " + zeros + " a\n", "4:3", "the mode '0377'; expected at least 0400"},

        {"f 0644 01 " + zeros + " a\n", "4:8", "the size '01'" + size},
        {"f 0644 00 " + zeros + " a\n", "4:8", "the size '00'" + size},
        {"f 0644 +1 " + zeros + " a\n", "4:8", "the size '+1'" + size},
        {"f 0644 -1 " + zeros + " a\n", "4:8", "the size '-1'" + size},
        {"f 0644 1_0 " + zeros + " a\n", "4:8", "the size '1_0'" + size},
        {"f 0644 0x1 " + zeros + " a\n", "4:8", "the size '0x1'" + size},
        {"f 0644  1 " + zeros + " a\n", "4:8", "the size ''" + size},
        {"f 0644 1099511627777 " + zeros + " a\n", "4:8", "the size '1099511627777'" + size},
        {"f 0644 18446744073709551616 " + zeros + " a\n", "4:8",
         "the size '18446744073709551616'" + size},
        {"f 0644 \n", "4:8", "the size ''" + size},

        {"f 0644 1 " + std::string(64, 'A') + " a\n", "4:10",
         "the SHA-256 '" + std::string(64, 'A') + "'" + sum},
        {"f 0644 1 " + zeros + "0 a\n", "4:10", "the SHA-256 '" + zeros + "0'" + sum},
        {"f 0644 1 a\n", "4:10", "the SHA-256 'a'" + sum},

        {"d 0755\n", "4:7", "an empty path" + inside},
        {"d 0755 \n", "4:8", "an empty path" + inside},
        {"f 0644 1 " + zeros + "\n", "4:74", "an empty path" + inside},
        {"d 0755 /a\n", "4:8", "the absolute path '/a'" + inside},
        {"d 0755 ../a\n", "4:8", "the path '../a', which leaves its folder" + inside},
        {"d 0755 a/\n", "4:8", "the path 'a/' with an empty or '.' part" + inside},
        {"d 0755 a'''b\n", "4:8", "a path with three single quotes in a row" + inside},
        {"d 0755 a\r\n", "4:8",
         "a path with a backslash or a character that is not printable ASCII" + inside},
        {"d 0755 a\tb\n", "4:8",
         "a path with a backslash or a character that is not printable ASCII" + inside},
        {"d 0755 " + std::string(1025, 'a') + "\n", "4:8",
         "a path of 1025 characters (at most 1024 are possible)" + inside},
    });
}

TEST_CASE("a link's target stays inside") {
    const std::string inside = "; expected a link that stays in the component's folder";
    check({
        {"l a\n", "4:4", "a link to '': an empty path" + inside},
        {"l a\t\n", "4:5", "a link to '': an empty path" + inside},
        {"l a b\n", "4:6", "a link to '': an empty path" + inside},
        {"l a\t../b\n", "4:5", "a link to '../b', which leaves its folder" + inside},
        {"l a\t/etc\n", "4:5", "a link to '/etc': the absolute path '/etc'" + inside},
        {"l a\tb\tc\n", "4:5",
         "a link to a path with a backslash or a character that is not printable ASCII" + inside},
        {"l a\tb'''\n", "4:5", "a link to a path with three single quotes in a row" + inside},
        {"l \tb\n", "4:3", "an empty path; expected a path that stays in the component's folder"},
        {"l 0777 a\n", "4:9", "a link to '': an empty path" + inside},
    });
}

TEST_CASE("files are sorted by byte, each once, and folders stand before what is in them") {
    const std::string sorted = "; expected files sorted by path, each once";
    const std::string folder = "; expected each folder before what is in it";
    CHECK(complaint(list("d 0755 a\nd 0755 a b\nd 0755 a b/c\nd 0755 a/d\nd 0755 a/d/e\n")) ==
          "accepted");
    check({
        {"d 0755 a\nd 0755 a\n", "5:8", "the file 'a' after 'a'" + sorted},
        {"d 0755 b\nd 0755 a\n", "5:8", "the file 'a' after 'b'" + sorted},
        {"d 0755 a\nd 0755 a/b\nd 0755 a-b\n", "6:8", "the file 'a-b' after 'a/b'" + sorted},
        {"d 0755 a/b\n", "4:8", "'a/b' without its folder" + folder},
        {"d 0755 a\nd 0755 a-b/c\n", "5:8", "'a-b/c' without its folder" + folder},
        {"f 0644 1 " + zeros + " a\nd 0755 a/b\n", "5:8", "'a/b' without its folder" + folder},
        // Nothing is unpacked through a link.
        {"l a\tb\nd 0755 a/c\n", "5:8", "'a/c' without its folder" + folder},
    });
    // Each component begins anew.
    CHECK(read("[files]\ns = '''\nd 0755 b\n'''\nt = '''\nd 0755 a\n'''\n", {"s", "t"}).size() ==
          2);
    CHECK_THROWS_AS(read("[files]\ns = '''\nd 0755 b\n'''\nt = '''\nd 0755 b/c\n'''\n", {"s", "t"}),
                    locum::engine::Error);
}
