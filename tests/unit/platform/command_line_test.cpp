#include "platform/command_line.hpp"
#include "tests/support/scratch.hpp"
#include "tests/unit/platform/awkward_words.hpp"

#include <vector>

using namespace locum;
using namespace locum::platform;
using testing::contains;

namespace {

using Words = std::vector<std::string>;

// As Microsoft documents it for CommandLineToArgvW and the C runtime.
Words taken_apart(const std::string& line) {
    Words words;
    std::size_t at = line.find('"', 1); // the program, always in quotes here
    words.push_back(line.substr(1, at - 1));
    ++at;
    while ((at = line.find_first_not_of(" \t", at)) != std::string::npos) {
        std::string word;
        bool quoted = false;
        for (; at < line.size() && (quoted || (line[at] != ' ' && line[at] != '\t')); ++at) {
            const std::size_t end = std::min(line.find_first_not_of('\\', at), line.size());
            const std::size_t backslashes = end - at;
            if (end < line.size() && line[end] == '"') {
                word.append(backslashes / 2, '\\');
                if (backslashes % 2 == 1)
                    word += '"';
                else
                    quoted = !quoted;
                at = end;
            } else if (backslashes > 0) {
                word.append(backslashes, '\\');
                at = end - 1;
            } else {
                word += line[at];
            }
        }
        words.push_back(word);
    }
    return words;
}

} // namespace

TEST_CASE("command line: words are quoted where they must be, and as the documentation has it") {
    const std::vector<std::pair<std::string, std::string>> table = {
        {"plain", "plain"},
        {"", "\"\""},
        {"a b", "\"a b\""},
        {"a\tb", "\"a\tb\""},
        {"C:\\Program Files\\X\\", "\"C:\\Program Files\\X\\\\\""},
        {"C:\\X\\", "C:\\X\\"}, // without quotes a backslash is itself
        {"\"", "\"\\\"\""},
        {"\\\"", "\"\\\\\\\"\""},
        {"a\\\\b c", "\"a\\\\b c\""},
        {"say \"hi\"", "\"say \\\"hi\\\"\""},
        {"*.txt", "\"*.txt\""},
        {"ü", "ü"},
    };
    for (const auto& [word, expected] : table)
        CHECK(windows_command_line({"C:\\a b\\x.exe", word}) == "\"C:\\a b\\x.exe\" " + expected);
    CHECK(windows_command_line({"x"}) == "\"x\"");
}

TEST_CASE("command line: what was put together is taken apart into the same words") {
    const Words argv = testing::awkward_words();
    CHECK(argv.size() == 1 + 1 + 4 + 16 + 64 + 256);
    CHECK(taken_apart(windows_command_line(argv)) == argv);
}

TEST_CASE("command line: a NUL, and a program with a quote, are refused") {
    CHECK_THROWS_AS(windows_command_line({"x", std::string("a\0b", 3)}), engine::Error);
    CHECK_THROWS_AS(windows_command_line({"a\"b"}), engine::Error);
}

TEST_CASE("command line: batch files are known by their suffix, whatever its case") {
    for (const char* name : {"x.bat", "C:/a/X.CMD", "x.Bat", "x.bat.", "x.cmd . "})
        CHECK(is_batch_file(name));
    for (const char* name : {"x.exe", "bat", "x.bat.exe", "x", ""})
        CHECK(!is_batch_file(name));
}

TEST_CASE("command line: a batch file gets no argument that cmd.exe would take for its own") {
    const std::string cmd = "C:\\Windows\\System32\\cmd.exe";
    CHECK(batch_command_line(cmd, {"C:\\a b\\x.bat", "one", "", "a&b|c>d^e!(f)", "C:\\X\\"}) ==
          "\"C:\\Windows\\System32\\cmd.exe\" /e:on /v:off /d /s /c \"\"C:\\a b\\x.bat\" \"one\" "
          "\"\" \"a&b|c>d^e!(f)\" \"C:\\X\\\\\"\"");
    for (const char* word : {"a\"b", "\" & calc & \"", "%PATH%", "100%", "a\nb", "a\r"}) {
        const engine::Error error = testing::error_of([&] {
            batch_command_line(cmd, {"x.bat", word});
        });
        CHECK(error.kind() == engine::Kind::usage);
        CHECK(contains(error.what(), "cmd.exe would take for its own"));
        CHECK(!error.remedy().empty());
    }
    CHECK_THROWS_AS(batch_command_line(cmd, {"100%.bat"}), engine::Error);
    CHECK_THROWS_AS(batch_command_line(cmd, {"x.bat", std::string("a\0b", 3)}), engine::Error);
    CHECK(contains(testing::error_of([&] {
                       batch_command_line(cmd, {"x.bat", std::string(8200, 'x')});
                   }).what(),
                   "8191"));
}
