#include "cli/command.hpp"
#include "cli/manual.hpp"
#include "engine/failpoint.hpp"
#include "installer/checks.hpp"
#include "platform/files.hpp"

#include <chrono>
#include <cstdlib>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace locum::cli {

namespace {

// Of the build; by SOURCE_DATE_EPOCH, so that one can be repeated to the byte.
std::string date() {
    std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    if (const char* given = std::getenv("SOURCE_DATE_EPOCH"); given != nullptr)
        now = std::strtoll(given, nullptr, 10);
    return fmt::format("{:%Y-%m-%d}", fmt::gmtime(now));
}

void add_manual(Command app, Command debug, Action& action) {
    const auto folder = std::make_shared<std::string>();
    Command manual = debug.add_subcommand("manual", "Write the manual pages, one for each command");
    manual.add_option("DIR", *folder, "Where to").required().type_name("DIR");
    manual.callback([app, &action, folder] {
        action = [app, folder] {
            const std::string to = platform::absolute(*folder);
            platform::make_folders(to, 0755);
            const CommandInfo locum = describe(app.parsed_by());
            for (const CommandInfo* command : all_of(locum))
                platform::write_file(fmt::format("{}/{}.1", to, manual_name(*command)),
                                     manual_page(*command, date()), 0644);
            return 0;
        };
    });
}

} // namespace

void add_debug(Command app, Action& action) {
    Command debug = app.add_subcommand("debug", "For tests of Locum itself");
    debug.require_subcommand();
    debug.add_subcommand("failpoints", "List the failpoints").callback([&action] {
        action = [] {
            for (const engine::FailpointFamily& family : engine::failpoint_families())
                fmt::print("{:<36} {}\n", family.pattern, family.where);
            fmt::print("{}\n",
                       engine::failpoints_compiled_in()
                           ? "compiled in: LOCUM_FAILPOINTS=name=kill|error|skip|delay:MS[@N]"
                           : "not compiled in: this build passes them all");
            return 0;
        };
    });
    debug.add_subcommand("checks", "List the checks of preflight, as the operator's guide does")
        .callback([&action] {
            action = [] {
                fmt::print("| check | looks at | `--ignore` |\n| --- | --- | --- |\n");
                for (const installer::CheckInfo& check : installer::checks())
                    fmt::print("| `{}` | {} | {} |\n", check.name, check.looks_at,
                               check.only_warns       ? "only warns"
                               : check.strict.empty() ? "yes"
                                                      : fmt::format("no: {}", check.strict));
                return 0;
            };
        });
    add_manual(app, debug, action);
}

} // namespace locum::cli
