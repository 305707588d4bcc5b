#include "cli/command.hpp"
#include "engine/failpoint.hpp"
#include "installer/checks.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace locum::cli {

void add_debug(CLI::App& app, Action& action) {
    CLI::App* debug = app.add_subcommand("debug", "For tests of Locum itself");
    debug->require_subcommand(1);
    debug->add_subcommand("failpoints", "List the failpoints")->callback([&action] {
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
    debug->add_subcommand("checks", "List the checks of preflight, as the operator's guide does")
        ->callback([&action] {
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
}

} // namespace locum::cli
