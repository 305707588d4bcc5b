// Manual pages and completions, made from the one list of commands.

#include "cli/command_line.hpp"
#include "cli/command_list.hpp"
#include "cli/completion.hpp"
#include "cli/exit_codes.hpp"
#include "cli/manual.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/sources.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>

using namespace locum;
using namespace locum::cli;
using namespace locum::testing;
using Kind = Completion::Kind;

namespace {

CommandInfo whole_list() {
    Action action;
    return describe(*command_line(action));
}

std::vector<std::string> words(const Completion& completion) {
    CHECK(completion.kind == Kind::words);
    std::vector<std::string> all;
    for (const Suggestion& one : completion.words)
        all.push_back(one.word);
    return all;
}

using Words = std::vector<std::string>;

bool has(const Words& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

} // namespace

TEST_CASE("commands: each is explained, and so is all that it takes") {
    const CommandInfo locum = whole_list();
    const std::vector<const CommandInfo*> all = all_of(locum);
    CHECK(all.size() > 35);
    for (const CommandInfo* command : all) {
        CAPTURE(manual_name(*command));
        CHECK(!command->about.empty());
        CHECK(!command->about.ends_with('.'));
        CHECK(command->about.find('\n') == std::string::npos);
        for (const OptionInfo& option : command->options) {
            CAPTURE(option.names.back());
            CHECK(!option.about.empty());
            CHECK(!option.about.ends_with('.'));
            CHECK(option.names.back().starts_with("--"));
            // CLI11's own name of a type tells nobody what is meant.
            CHECK(option.value.name != "TEXT");
        }
        for (const ArgumentInfo& argument : command->arguments) {
            CAPTURE(argument.value.name);
            CHECK(!argument.about.empty());
            CHECK(!argument.about.ends_with('.'));
        }
    }
}

TEST_CASE("commands: each takes --quiet, --verbose and --json, but for those named here") {
    // Each with the option that it does not take; "": none of the three.
    const std::set<std::pair<std::string, std::string>> without = {
        // What they print is read by shells, by the packages' scripts, or by tests.
        {"completion bash", ""},
        {"completion fish", ""},
        {"completion zsh", ""},
        {"debug failpoints", ""},
        {"debug checks", ""},
        {"debug manual", ""},
        // Run by units and by the agent's exchange, which read the exit code.
        {"agent run", "--json"},
        {"agent may-start", "--json"},
        {"agent try", "--json"},
        // The inventory is Ansible's.
        {"inventory", "--json"},
    };
    std::set<std::pair<std::string, std::string>> found;
    const CommandInfo locum = whole_list();
    for (const CommandInfo* command : all_of(locum)) {
        if (!command->commands.empty())
            continue;
        std::string name;
        for (std::size_t i = 1; i < command->path.size(); ++i)
            name += (i == 1 ? "" : " ") + command->path[i];
        std::set<std::string> takes;
        for (const OptionInfo& option : command->options)
            takes.insert(option.names.begin(), option.names.end());
        std::size_t missing = 0;
        for (const char* option : {"--quiet", "--verbose", "--json"})
            if (!takes.contains(option)) {
                ++missing;
                found.emplace(name, option);
            }
        if (missing == 3) {
            for (const char* option : {"--quiet", "--verbose", "--json"})
                found.erase({name, option});
            found.emplace(name, "");
        }
    }
    for (const auto& [name, option] : found) {
        CAPTURE(name);
        CAPTURE(option);
        CHECK(without.contains({name, option}));
    }
    CHECK(found.size() == without.size());
}

TEST_CASE("manual: each command has a page of its own, with what the command has") {
    const CommandInfo locum = whole_list();
    std::set<std::string> names;
    for (const CommandInfo* command : all_of(locum)) {
        CAPTURE(manual_name(*command));
        CHECK(names.insert(manual_name(*command)).second);
        const std::string page = manual_page(*command, "2026-11-28");
        for (const char* section : {".SH NAME\n", ".SH SYNOPSIS\n", ".SH DESCRIPTION\n"})
            CHECK(contains(page, section));
        CHECK(contains(page, ".SH COMMANDS\n") == !command->commands.empty());
        CHECK(contains(page, ".SH EXIT STATUS\n") ==
              (command->commands.empty() || command->path.size() == 1));
    }
    CHECK(names.contains("locum"));
    CHECK(names.contains("locum-upgrade-run"));
}

TEST_CASE("manual: a page") {
    CLI::App app("Do\\things", "tool");
    CLI::App* command = app.add_subcommand("go-on", "Go `on`");
    command->footer(".It begins with a dot");
    std::string text;
    std::vector<std::string> texts;
    command->add_option("FROM", text, "Where it is")->required();
    command->add_option("TO", texts, "Where to");
    command->add_option("-m,--mode", text, "How")
        ->type_name("MODE")
        ->check(CLI::IsMember({"a", "b"}));
    CLI::Option* key = command->add_option("--key", text, "With it")->required()->type_name("FILE");
    bool all = false;
    command->add_flag("--all", all, "Whole")->excludes(key);
    const CommandInfo tool = describe(app);
    const std::string page = manual_page(tool.commands.at(0), "2026-11-28");
    CHECK(contains(page, ".TH TOOL\\-GO\\-ON 1 2026-11-28 \"Locum "));
    CHECK(contains(page, ".SH NAME\ntool\\-go\\-on \\- Go \\fBon\\fR\n"));
    CHECK(contains(page, "\\fBtool go\\-on\\fR [\\fIOPTION\\fR...] \\fB\\-\\-key\\fR \\fIFILE\\fR "
                         "\\fIFROM\\fR [\\fITO\\fR...]\n"));
    CHECK(contains(page, "\n\\&.It begins with a dot\n"));
    CHECK(
        contains(page, ".TP\n\\fB\\-m\\fR, \\fB\\-\\-mode\\fR \\fIMODE\\fR\nHow; one of a, b.\n"));
    CHECK(contains(page, ".TP\n\\fB\\-\\-all\\fR\nWhole; not with \\-\\-key.\n"));
    CHECK(contains(page, ".SH SEE ALSO\n.BR tool (1)\n"));
    CHECK(!contains(page, ".SH FILES\n"));
    CHECK(contains(manual_page(tool, "2026-11-28"), "Do\\ethings"));
    CHECK(
        contains(manual_page(tool, "2026-11-28"), ".TP\n.BR tool\\-go\\-on (1)\nGo \\fBon\\fR.\n"));
}

TEST_CASE("exit codes: each kind of error has a meaning, and the operator's guide has them all") {
    const std::vector<ExitCode> all = exit_codes();
    CHECK(all.size() == 16);
    std::string table = "| code | meaning |\n| --- | --- |\n";
    for (std::size_t code = 0; code < all.size(); ++code) {
        CHECK(all[code].code == static_cast<int>(code));
        CHECK(!all[code].meaning.empty());
        table += fmt::format("| {} | {} |\n", all[code].code, all[code].meaning);
    }
    CHECK(contains(platform::read_file(testing::source_file("docs/operator-guide.md")),
                   table + "\n"));
}

TEST_CASE("completion: commands, and those below them") {
    const CommandInfo locum = whole_list();
    CHECK(words(complete(locum, {"upg"})) == Words{"upgrade"});
    CHECK(has(words(complete(locum, {""})), "install"));
    CHECK(words(complete(locum, {})) == words(complete(locum, {""})));
    CHECK(words(complete(locum, {"upgrade", "r"})) == Words{"run", "resume", "rollback"});
    CHECK(words(complete(locum, {"completion", ""})) ==
          Words{"bash", "fish", "zsh"}); // one is hidden
    CHECK(words(complete(locum, {"nonsense", ""})) == words(complete(locum, {""})));
    CHECK(complete(locum, {"upgrade", "run"}).words ==
          std::vector<Suggestion>{{"run", "Upgrade every node of the cluster"}});
}

TEST_CASE("completion: options, those given only once again where they can be") {
    const CommandInfo locum = whole_list();
    const Words run = words(complete(locum, {"upgrade", "run", "--"}));
    CHECK(has(run, "--mode"));
    CHECK(has(run, "--root"));
    CHECK(!has(run, "-q"));
    CHECK(has(words(complete(locum, {"upgrade", "run", "-"})), "-q"));
    const Words again = words(complete(locum, {"upgrade", "run", "-q", "--ignore", "disk", "--"}));
    CHECK(!has(again, "--quiet"));
    CHECK(has(again, "--ignore"));
    CHECK(!has(again, "--verbose")); // not with --quiet
    CHECK(!has(words(complete(locum, {"status", "--"})), "--mode"));
    // Where nothing else may follow.
    CHECK(has(words(complete(locum, {"status", ""})), "--json"));
    CHECK(words(complete(locum, {"status", "--", ""})).empty());
}

TEST_CASE(
    "completion: files and folders where a path is expected, and the choices that there are") {
    const CommandInfo locum = whole_list();
    CHECK(complete(locum, {"install", ""}).kind == Kind::files);
    CHECK(complete(locum, {"install", "b", "--answers", ""}).kind == Kind::files);
    CHECK(complete(locum, {"answers", "check", "file", ""}).kind == Kind::files);
    CHECK(complete(locum, {"bundle", "lint", "a", "b", ""}).kind == Kind::files);
    CHECK(complete(locum, {"status", "--root", "/tm"}).kind == Kind::folders);
    CHECK(complete(locum, {"status", "--root=/tm"}).kind == Kind::folders);
    CHECK(complete(locum, {"status", "--root", "=", "/tm"}).kind == Kind::folders);
    CHECK(complete(locum, {"upgrade", "run", "--mode", "short-downtime", ""}).kind == Kind::files);
    CHECK(words(complete(locum, {"node", "remove", ""})).empty());

    const Words modes = {"auto", "rolling", "in-place", "short-downtime"};
    CHECK(words(complete(locum, {"upgrade", "run", "--mode", ""})) == modes);
    CHECK(words(complete(locum, {"upgrade", "run", "--mode", "ro"})) == Words{"rolling"});
    CHECK(words(complete(locum, {"upgrade", "run", "--mode=ro"})) == Words{"--mode=rolling"});
    // As bash splits it.
    CHECK(words(complete(locum, {"upgrade", "run", "--mode", "="})) == modes);
    CHECK(words(complete(locum, {"upgrade", "run", "--mode", "=", "ro"})) == Words{"rolling"});
    CHECK(words(complete(locum, {"upgrade", "run", "--nonsense=ro"})).empty());
    CHECK(words(complete(locum, {"upgrade", "run", "--quiet", "--mode", "in"})) ==
          Words{"in-place"});
}

TEST_CASE("completion: as the scripts read it") {
    CHECK(to_text({Kind::files, {}}) == "files\n");
    CHECK(to_text({Kind::folders, {}}) == "folders\n");
    CHECK(to_text({Kind::words, {{"run", "Go"}, {"auto", ""}}}) == "words\nrun\tGo\nauto\n");
}
