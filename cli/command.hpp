#pragma once
// What a command's file adds to the command line, and what every command can use.

#include "cli/command_parser.hpp"
#include "cli/log_copy.hpp"
#include "cluster/layout.hpp"
#include "engine/check.hpp"
#include "engine/reporter.hpp"
#include "engine/step.hpp"
#include "platform/signals.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace locum::installer {
struct Selection;
}

namespace locum::cli {

// Options that many commands share.
struct Common {
    std::string root;  // --root; empty: the host itself
    std::string suite; // --suite; empty: the only one
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    LogCopy copy; // --log

    // --root as an absolute folder; empty: the host itself.
    std::string root_folder() const;
    // The layout of the installed suite; throws where it cannot be told which.
    cluster::Layout layout() const;
};

// Chosen by parsing: what main runs then. Returns the exit code.
using Action = std::function<int()>;

// Each adds its commands to app; the parsed one sets action.
void add_bundle(Command app, Action& action);
// To the bundle command.
void add_bundle_lint(Command bundle, Action& action);
void add_answers(Command app, Action& action);
void add_install(Command app, Action& action);
void add_verify(Command app, Action& action);
void add_repair(Command app, Action& action);
void add_modify(Command app, Action& action);
void add_uninstall(Command app, Action& action);
void add_upgrade(Command app, Action& action);
void add_rehearse(Command app, Action& action);
void add_status(Command app, Action& action);
void add_node(Command app, Action& action);
// To the node command.
void add_node_services(Command node, Action& action);
void add_node_remove(Command node, Action& action);
void add_datasource(Command app, Action& action);
void add_inventory(Command app, Action& action);
void add_token(Command app, Action& action);
void add_keystore(Command app, Action& action);
void add_agent(Command app, Action& action);
void add_service(Command app, Action& action);
void add_completion(Command app, Action& action);
void add_debug(Command app, Action& action);

// Whatever is thrown and is no Error is a mistake of Locum's own.
engine::Error unexpected(const std::exception& error);

// What `locum repair BUNDLE` and `locum modify BUNDLE` do.
int repair(const Common& common, const std::string& bundle);
int modify(const Common& common, const std::string& bundle, const installer::Selection& selection,
           const std::vector<std::string>& ignored);
// The modification that was cut off here: on, with what it was begun with; or back.
int resume_modification(const Common& common);
int take_back_modification(const Common& common);

// An installation that is the host's own belongs to root. Throws Error(no_privilege).
void require_root_for(const Common& common);

// While a person is asked line by line, before anything is changed: Ctrl-C ends with the exit code
// of what is cancelled, as it does on the full screen.
struct AskingByLines : platform::EndByCtrlC {
    AskingByLines();
};

// What is lost with a node is confirmed by its name, so that it is not another's. said: what was
// given as --confirm; empty: on a terminal it is asked for, after show(). Throws Error(usage).
void require_confirmed(const std::string& node, std::string said,
                       const std::function<void()>& show);

// What preflight warns of, on standard error, unless that is to be quiet.
void print_warnings(const Common& common, const std::vector<engine::Finding>& findings);

// To standard output; as JSON: a document of the kind "plan".
void print_plan(const std::string& title, const std::vector<engine::PlanLine>& plan, bool as_json);

// --quiet, --verbose, and --json.
void add_output(Command command, Common& common, bool with_json);
// The same with --root and --suite. common lives as long as the command.
void add_common(Command command, const std::shared_ptr<Common>& common, bool with_json);

// --log FILE, for what changes something.
void add_log(Command command, const std::shared_ptr<Common>& common);
// --ignore NAME, for findings of preflight.
void add_ignore(Command command, std::vector<std::string>& names);

// Progress on standard error: a bar where it is a terminal, else one line a step; verbose: what
// begins and how far long work is, too, all in lines; with json, JSON lines on standard output.
std::unique_ptr<engine::Reporter> make_reporter(const Common& common);
// The same without a bar, to whoever takes whole lines, without their end.
using Say = std::function<void(const std::string& line)>;
std::unique_ptr<engine::Reporter> make_line_reporter(Say say);
// On the full screen while it lives; then the lines of it all, on standard error.
std::unique_ptr<engine::Reporter> make_screen_reporter(const std::string& title, std::size_t steps);

} // namespace locum::cli
