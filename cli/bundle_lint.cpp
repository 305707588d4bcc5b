#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/error.hpp"
#include "suite/lint.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using nlohmann::json;

std::string_view severity(const suite::Remark& remark) {
    return remark.note                                          ? "note"
           : remark.finding.severity == engine::Severity::error ? "error"
                                                                : "warning";
}

json describe(const suite::Linted& linted) {
    json findings = json::array();
    for (const suite::Remark& remark : linted.remarks)
        findings.push_back({{"name", remark.finding.name},
                            {"severity", severity(remark)},
                            {"file", remark.at.file},
                            {"line", remark.at.line},
                            {"found", remark.finding.found},
                            {"expected", remark.finding.expected},
                            {"remedy", remark.finding.remedy}});
    return {{"suites", linted.suites}, {"findings", findings}};
}

void print(const suite::Remark& remark) {
    const engine::Finding& finding = remark.finding;
    fmt::print("{}{}: {}: {}\n", remark.at.file,
               remark.at.line == 0 ? "" : fmt::format(":{}", remark.at.line), severity(remark),
               finding.name);
    for (const auto& [label, text] :
         {std::pair{"found", &finding.found}, std::pair{"expected", &finding.expected},
          std::pair{"do", &finding.remedy}})
        if (!text->empty())
            fmt::print("    {:<9}{}\n", label, *text);
}

std::string counted(std::ptrdiff_t count, std::string_view what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

struct LintOptions : Common {
    std::vector<std::string> paths;
    bool strict = false;
};

// A suite with mistakes is a file that is wrong, as for `bundle build`.
int lint(const LintOptions& options) {
    const suite::Linted linted = suite::lint_paths(options.paths);
    const auto count = [&](std::string_view one) {
        return std::count_if(linted.remarks.begin(), linted.remarks.end(),
                             [&](const suite::Remark& remark) { return severity(remark) == one; });
    };
    if (options.json) {
        print_document("lint", describe(linted));
    } else {
        for (const suite::Remark& remark : linted.remarks)
            if (!remark.note || !options.quiet)
                print(remark);
        std::vector<std::string> names = linted.suites;
        names.insert(names.end(), linted.unread.begin(), linted.unread.end());
        fmt::print("{}: {}, {}, {}\n", fmt::join(names, ", "), counted(count("error"), "error"),
                   counted(count("warning"), "warning"), counted(count("note"), "note"));
    }
    const bool wrong = count("error") > 0 || (options.strict && count("warning") > 0);
    return wrong ? engine::exit_code(engine::Kind::usage) : 0;
}

} // namespace

void add_bundle_lint(Command app, Action& action) {
    auto options = std::make_shared<LintOptions>();
    Command command = app.add_subcommand(
        "lint", "Tell what is missing or doubtful in a suite, and between its versions");
    command
        .add_option("SUITE", options->paths,
                    "A suite.toml, or a folder with suite*.toml; several versions are compared")
        .required()
        .type_name("FILE");
    command.add_flag("--strict", options->strict, "Warnings count as errors do");
    add_output(command, *options, true);
    command.option("--quiet").description("No notes");
    command.callback([options, &action] { action = [options] { return lint(*options); }; });
}

} // namespace locum::cli
