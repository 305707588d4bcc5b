#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/standard_error.hpp"
#include "platform/terminal.hpp"

#include <fmt/format.h>

namespace locum::cli {

std::string Common::root_folder() const {
    const std::string folder = root.empty() ? "" : platform::absolute(root);
    return folder == "/" ? "" : folder;
}

cluster::Layout Common::layout() const {
    const std::string folder = root_folder();
    if (suite.empty())
        return {folder, cluster::only_suite(folder)};
    const cluster::Layout layout{folder, suite};
    if (!platform::exists(layout.state_file("node.json")))
        throw engine::Error(
            fmt::format("{} is not installed below '{}'", suite, folder.empty() ? "/" : folder),
            engine::Kind::usage)
            .remedy("locum install BUNDLE --answers FILE, or name the right --root and --suite");
    return layout;
}

engine::Error unexpected(const std::exception& error) {
    return engine::Error(fmt::format("unexpected: {}", error.what()))
        .remedy("please report this with the command that was run");
}

void require_root_for(const Common& common) {
    if (common.root_folder().empty() && !platform::is_root())
        throw engine::Error("the host's own installation can be looked at by root only",
                            engine::Kind::no_privilege)
            .remedy("run the command as root, or name the installation with --root DIR");
}

AskingByLines::AskingByLines() :
    EndByCtrlC("\nlocum: left with Ctrl-C; nothing was changed\n",
               engine::exit_code(engine::Kind::cancelled)) {}

void require_confirmed(const std::string& node, std::string said,
                       const std::function<void()>& show) {
    if (said.empty()) {
        if (!platform::stdin_is_terminal())
            throw engine::Error(fmt::format("{} is not removed without a confirmation", node),
                                engine::Kind::usage)
                .remedy("give --confirm " + node);
        show();
        const AskingByLines asking;
        platform::to_stderr("To remove it, type the node's name: ");
        said = platform::read_line().value_or("");
    }
    if (said != node)
        throw engine::Error(
            fmt::format("'{}' was confirmed; the node to be removed is {}", said, node),
            engine::Kind::usage)
            .remedy(
                fmt::format("see that it is the node that is meant, and give --confirm {}", node));
}

void print_warnings(const Common& common, const std::vector<engine::Finding>& findings) {
    for (const engine::Finding& finding : findings)
        if (finding.severity == engine::Severity::warning && !common.quiet)
            platform::to_stderr(fmt::format("warning: {}\n", to_line(finding)));
}

void print_plan(const std::string& title, const std::vector<engine::PlanLine>& plan, bool as_json) {
    if (as_json) {
        print_document("plan", {{"plan", title}, {"steps", steps_value(plan)}});
        return;
    }
    fmt::print("{}\n", title);
    for (const std::string& line : engine::lines(plan))
        fmt::print("  {}\n", line);
}

void add_output(Command command, Common& common, bool with_json) {
    Option quiet =
        command.add_flag("-q,--quiet", common.quiet, "Say nothing but results and errors");
    command
        .add_flag("-v,--verbose", common.verbose,
                  "Say what begins, too, and how far long work is, line by line")
        .excludes(quiet);
    if (with_json)
        command.add_flag("--json", common.json, "Machine-readable output on standard output");
}

void add_common(Command command, const std::shared_ptr<Common>& common, bool with_json) {
    command.add_option("--root", common->root, "Folder below which everything is installed")
        .type_name("DIR")
        .check([](const std::string& folder) {
            return std::string(folder.empty() ? "is empty; expected a folder" : "");
        });
    command.add_option("--suite", common->suite, "The suite, where several are installed")
        .type_name("NAME");
    add_output(command, *common, with_json);
}

void add_log(Command command, const std::shared_ptr<Common>& common) {
    command
        .add_option(
            "--log", [common](const std::string& file) { common->copy = LogCopy(file); },
            "Write what is done, and errors, to the end of this file, too")
        .type_name("FILE");
}

void add_ignore(Command command, std::vector<std::string>& names) {
    command
        .add_option("--ignore", names,
                    "Make a finding of preflight a warning; may be given several times")
        .type_name("NAME")
        .one_value_each();
}

} // namespace locum::cli
