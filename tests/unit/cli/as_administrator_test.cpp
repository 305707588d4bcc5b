#include "cli/as_administrator.hpp"

#include "cli/command_line.hpp"
#include "installer/shown.hpp"
#include "tests/support/scratch.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

using namespace locum;
using namespace locum::cli;
using testing::error_of;

namespace {

using Arguments = std::vector<std::string>;

struct Recorded {
    bool root = false;
    std::optional<int> answer = 17;
    engine::Kind declined = engine::Kind::failed; // another one is thrown
    std::vector<Arguments> elevated = {};
    int kept_open = 0;

    std::optional<int> run(const Arguments& arguments) {
        return run_as_administrator(arguments, {[this] { return root; },
                                                [this](const Arguments& words) {
                                                    elevated.push_back(words);
                                                    if (declined != engine::Kind::failed)
                                                        throw engine::Error("declined", declined);
                                                    return answer;
                                                },
                                                [this] { ++kept_open; }});
    }
};

const Arguments of_list = {"uninstall", "--suite", "small", installer::as_administrator};

} // namespace

TEST_CASE("as administrator: the same command runs elevated, and its exit code is passed on") {
    Recorded windows;
    CHECK(windows.run(of_list) == 17);
    CHECK(windows.elevated == std::vector<Arguments>{of_list});
    CHECK(windows.kept_open == 0); // the other one has the window that is read
}

TEST_CASE("as administrator: one that is it goes on, and its window stays") {
    Recorded windows;
    windows.root = true;
    CHECK(!windows.run(of_list));
    CHECK(windows.elevated.empty());
    CHECK(windows.kept_open == 1);
}

TEST_CASE("as administrator: who declines, and where nobody is there, is told in the window") {
    Recorded windows;
    windows.declined = engine::Kind::cancelled;
    CHECK(error_of([&] { windows.run(of_list); }).kind() == engine::Kind::cancelled);
    CHECK(windows.kept_open == 1);
    windows.declined = engine::Kind::failed;
    windows.answer.reset();
    const engine::Error error = error_of([&] { windows.run(of_list); });
    CHECK(error.kind() == engine::Kind::no_privilege);
    CHECK(!error.remedy().empty());
    CHECK(windows.kept_open == 2);
}

TEST_CASE("as administrator: nobody is asked unless the arguments say so") {
    Recorded windows;
    CHECK(!windows.run({}));
    CHECK(!windows.run({"uninstall", "--suite", "small"}));
    CHECK(!windows.run({"uninstall", "--", installer::as_administrator}));
    CHECK(windows.elevated.empty());
    CHECK(windows.kept_open == 0);
}

TEST_CASE("as administrator: what the list of programs starts is a command line of Locum") {
    for (const Arguments& arguments :
         {of_list, Arguments{"install", "C:/a.bundle", installer::as_administrator}}) {
        Action action;
        const auto app = command_line(action);
        Arguments reversed(arguments.rbegin(), arguments.rend()); // as CLI11 takes them
        app->parse(reversed);
        CHECK(action);
    }
}
