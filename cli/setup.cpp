#include "cli/setup.hpp"

#include "cli/log_copy.hpp"
#include "cli/setup_switches.hpp"
#include "cli/tool.hpp"
#include "cluster/layout.hpp"
#include "cluster/node_state.hpp"
#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "engine/locum_version.hpp"
#include "engine/version.hpp"
#include "platform/elevation.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "platform/system_folders.hpp"
#include "platform/terminal.hpp"
#include "platform/tool_entry.hpp"
#include "suite/bundle.hpp"
#include "suite/setup_file.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fmt/format.h>

namespace locum::cli {

using engine::Error;
using engine::Version;
using suite::SetupFile;
using Arguments = std::vector<std::string>;
using What = SetupCommand::What;

namespace {

constexpr std::string_view suffix = "-setup";

// Of a file, without folder and without ".exe".
std::string name_of(const std::string& file) {
    std::string name = file.substr(file.rfind('/') + 1);
    const std::size_t dot = name.rfind('.');
    std::string end = dot == std::string::npos ? "" : name.substr(dot);
    std::transform(end.begin(), end.end(), end.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return end == ".exe" ? name.substr(0, dot) : name;
}

// What an option is given; "": it is not there.
std::string value_of(const Arguments& arguments, const std::string& option) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == option && i + 1 < arguments.size())
            return arguments[i + 1];
        if (arguments[i].starts_with(option + "="))
            return arguments[i].substr(option.size() + 1);
    }
    return "";
}

// As the arguments of `locum install` say; "": the host itself.
std::string root_of(const Arguments& arguments) {
    const std::string named = value_of(arguments, "--root");
    return named.empty() ? "" : platform::absolute(named);
}

bool only_looks(const Arguments& arguments) {
    return std::any_of(arguments.begin(), arguments.end(), [](const std::string& one) {
        return one == "-n" || one == "--plan" || one == "-h" || one == "--help";
    });
}

// One that does not say its version is older than any.
bool is_current(const std::string& program) {
    if (!platform::exists(program))
        return false;
    try {
        platform::Command command;
        command.argv = {program, "--version"};
        const platform::Finished said = platform::run(command);
        constexpr std::string_view before = "locum ";
        if (!said.ok() || !said.output.starts_with(before))
            return false;
        const std::string text = said.output.substr(before.size());
        // On Windows a line ends with two characters.
        return Version::parse(text.substr(0, text.find_first_of("\r\n"))) >=
               Version::parse(engine::locum_version());
    } catch (const Error&) {
        return false;
    }
}

// Unpacked for one run; gone afterwards.
class Unpacked {
public:
    Unpacked() : folder_(platform::make_scratch_folder("locum-setup-")) {}
    void put(const SetupFile& setup) {
        const std::string name = name_of(setup.file);
        bundle_ = folder_ + "/" +
                  (name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name) +
                  ".bundle";
        suite::unpack_bundle(setup, bundle_);
    }
    ~Unpacked() {
        try {
            platform::remove_all(folder_);
        } catch (const std::exception&) {
            // The system clears it, or the next setup does.
        }
    }
    Unpacked(const Unpacked&) = delete;
    Unpacked& operator=(const Unpacked&) = delete;

    const std::string& folder() const { return folder_; }
    const std::string& bundle() const { return bundle_; }

private:
    std::string folder_, bundle_;
};

// The program as the host has it for later; taken back where no suite came with it.
class Tool {
public:
    explicit Tool(std::string root) :
        root_(std::move(root)), path_(platform::places_of_tool(root_).back()) {}
    // Where there is none that is as new.
    void put(const SetupFile& setup) {
        for (const std::string& there : platform::places_of_tool(root_))
            if (is_current(there)) {
                path_ = there;
                enter();
                return;
            }
        is_new_ = !platform::exists(path_);
        made_ = platform::missing_folders(platform::parent_of(path_));
        platform::make_folders(platform::parent_of(path_));
        suite::unpack_program(setup, path_);
        enter();
    }
    // A setup left it, for suites that are gone now.
    void leave_with_last_suite() { is_new_ = path_ == platform::places_of_tool(root_).back(); }
    // What cannot be looked at or removed stays: nothing depends on its being gone.
    ~Tool() {
        try {
            if (is_new_ && !is_needed())
                remove_tool(root_, path_, made_);
        } catch (const std::exception&) {
        }
    }
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    const std::string& path() const { return path_; }
    bool is_new() const { return is_new_; }
    bool is_needed() const { return tool_is_needed(root_); }

private:
    void enter() const {
        if (root_.empty())
            platform::enter_tool(path_);
    }

    std::string root_, path_;
    bool is_new_ = false;
    std::vector<std::string> made_; // folders
};

// The node is named, so that nobody is asked whether it is meant.
Arguments words_of_uninstall(const cluster::Layout& layout) {
    const std::string node = platform::exists(layout.state_file("node.json"))
                                 ? cluster::load_node_state(layout).name
                                 : "";
    Arguments words{"uninstall", "--suite", layout.suite};
    if (!node.empty())
        words.insert(words.end(), {"--confirm", node});
    return words;
}

int run(const std::string& tool, const SetupCommand& command, const std::string& bundle,
        const std::string& root) {
    Arguments argv{"install", bundle};
    if (command.what == What::repair || command.what == What::uninstall) {
        const cluster::Layout layout{root, suite::inspect_bundle(bundle).manifest.name};
        argv = command.what == What::repair ? Arguments{"repair", bundle, "--suite", layout.suite}
                                            : words_of_uninstall(layout);
    }
    argv.insert(argv.begin(), tool);
    argv.insert(argv.end(), command.arguments.begin(), command.arguments.end());
    return platform::run_in_front(argv);
}

SetupCommand command_of(const SetupFile& setup, const Arguments& arguments) {
    if (setup.for_windows)
        return parse_setup_switches(arguments);
    SetupCommand command;
    command.arguments = arguments;
    return command;
}

// Its exit code where it runs in this process's place.
int elevated(const std::string& self, const Arguments& arguments, bool may_ask) {
    if (may_ask)
        if (const std::optional<int> code = platform::run_elevated(self, arguments))
            return *code;
    throw Error("an installation on the host itself is for root only", engine::Kind::no_privilege)
        .remedy(
            fmt::format("{}; or name a folder with --root DIR", platform::how_to_elevate(self)));
}

bool is_for_setup(const SetupFile& setup, const Arguments& arguments) {
    if (arguments.empty())
        return true;
    return (arguments[0].starts_with('-') && arguments[0] != "--version") ||
           (setup.for_windows && arguments[0].starts_with('/'));
}

void require_not_stopped(platform::StopSignals& signals) {
    if (signals.arrived())
        throw Error("ended before the installation began; nothing is left of it",
                    engine::Kind::cancelled)
            .remedy("start it again");
}

int run_command(const std::string& self, const SetupFile& setup, SetupCommand& command,
                const Arguments& arguments) {
    const std::string root = root_of(command.arguments);
    if (command.what == What::help) {
        fmt::print("{}", setup_switches_help(name_of(self)));
        std::fflush(stdout); // before what the child says
        command.arguments = {"--help"};
    }
    if (command.asks)
        platform::keep_window_open();
    const bool looks = only_looks(command.arguments);
    if (!looks && root.empty() && !platform::is_root())
        return elevated(self, arguments, !command.quiet);
    platform::StopSignals signals; // until what was unpacked is gone
    Unpacked unpacked;
    unpacked.put(setup);
    engine::failpoint("setup/unpacked");
    require_not_stopped(signals);
    if (looks) {
        const std::string tool = unpacked.folder() + "/locum" + (setup.for_windows ? ".exe" : "");
        suite::unpack_program(setup, tool);
        return run(tool, command, unpacked.bundle(), root);
    }
    Tool tool(root);
    tool.put(setup);
    require_not_stopped(signals);
    const int code = run(tool.path(), command, unpacked.bundle(), root);
    if (command.what == What::uninstall)
        tool.leave_with_last_suite();
    else if (tool.is_new() && tool.is_needed() && !command.quiet)
        platform::to_stderr(fmt::format("for later: {}\n", tool.path()));
    return code;
}

} // namespace

std::optional<int> run_setup(const Arguments& arguments) {
    const std::string self = platform::this_program();
    const std::optional<SetupFile> setup = suite::read_setup_file(self);
    if (!setup) {
        if (!name_of(self).ends_with(suffix))
            return std::nullopt;
        throw Error(fmt::format("{} is cut off: there is no bundle at its end", self),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    }
    if (!is_for_setup(*setup, arguments))
        return std::nullopt;
    SetupCommand command = command_of(*setup, arguments);
    LogCopy copy;
    if (const std::string log = value_of(command.arguments, "--log"); !log.empty())
        copy = LogCopy(log);
    return told_to(copy, [&] { return run_command(self, *setup, command, arguments); });
}

} // namespace locum::cli
