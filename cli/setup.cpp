#include "cli/setup.hpp"

#include "engine/contains.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "engine/locum_version.hpp"
#include "engine/version.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "suite/setup_file.hpp"

#include <algorithm>
#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <cstdlib>
#include <fmt/format.h>

namespace locum::cli {

namespace fs = boost::filesystem;
using engine::Error;
using engine::Version;
using suite::SetupFile;
using Arguments = std::vector<std::string>;

namespace {

constexpr std::string_view suffix = "-setup";

// As the arguments of `locum install` say; "": the host itself.
std::string root_of(const Arguments& arguments) {
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        if (arguments[i] == "--root" && i + 1 < arguments.size())
            return platform::absolute(arguments[i + 1]);
        if (arguments[i].starts_with("--root="))
            return platform::absolute(arguments[i].substr(7));
    }
    return "";
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
        return Version::parse(text.substr(0, text.find('\n'))) >=
               Version::parse(engine::locum_version());
    } catch (const Error&) {
        return false;
    }
}

// Unpacked for one run; gone afterwards.
class Unpacked {
public:
    Unpacked() {
        const char* wanted = std::getenv("TMPDIR");
        folder_ = platform::make_temporary_folder(wanted && *wanted ? wanted : "/var/tmp",
                                                  "locum-setup-");
    }
    void put(const SetupFile& setup) {
        const std::string name = fs::path(setup.file).filename().string();
        bundle_ = folder_ + "/" +
                  (name.ends_with(suffix) ? name.substr(0, name.size() - suffix.size()) : name) +
                  ".bundle";
        suite::unpack_bundle(setup, bundle_);
    }
    ~Unpacked() {
        boost::system::error_code ignored;
        fs::remove_all(folder_, ignored);
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
        root_(std::move(root)), path_(root_ + "/usr/local/bin/locum") {}
    // Where there is none that is as new.
    void put(const SetupFile& setup) {
        for (const std::string& there : {root_ + "/usr/bin/locum", path_})
            if (is_current(there)) {
                path_ = there;
                return;
            }
        is_new_ = !platform::exists(path_);
        made_ = platform::missing_folders(platform::parent_of(path_));
        platform::make_folders(platform::parent_of(path_));
        suite::unpack_program(setup, path_);
    }
    // What cannot be looked at or removed stays: nothing depends on its being gone.
    ~Tool() {
        try {
            if (!is_new_ || is_needed())
                return;
            boost::system::error_code ignored;
            fs::remove(path_, ignored);
            platform::remove_if_empty(made_);
        } catch (const std::exception&) {
        }
    }
    Tool(const Tool&) = delete;
    Tool& operator=(const Tool&) = delete;

    const std::string& path() const { return path_; }
    bool is_new() const { return is_new_; }
    bool is_needed() const { return !platform::list_folder(root_ + "/var/lib/locum").empty(); }

private:
    std::string root_, path_;
    bool is_new_ = false;
    std::vector<std::string> made_; // folders
};

int install(const std::string& tool, const std::string& bundle, const Arguments& arguments) {
    Arguments argv{tool, "install", bundle};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return platform::run_in_front(argv);
}

void require_not_stopped(platform::StopSignals& signals) {
    if (signals.arrived())
        throw Error("ended before the installation began; nothing is left of it",
                    engine::Kind::cancelled)
            .remedy("start it again");
}

} // namespace

std::optional<int> run_setup(const Arguments& arguments) {
    const std::string self = platform::this_program();
    const std::optional<SetupFile> setup = suite::read_setup_file(self);
    if (!setup) {
        if (!self.ends_with(suffix))
            return std::nullopt;
        throw Error(fmt::format("{} is cut off: there is no bundle at its end", self),
                    engine::Kind::not_trusted)
            .remedy("get it anew");
    }
    if (!arguments.empty() && (!arguments[0].starts_with('-') || arguments[0] == "--version"))
        return std::nullopt;
    platform::StopSignals signals; // until what was unpacked is gone
    Unpacked unpacked;
    unpacked.put(*setup);
    engine::failpoint("setup/unpacked");
    require_not_stopped(signals);
    if (only_looks(arguments)) {
        const std::string tool = unpacked.folder() + "/locum";
        suite::unpack_program(*setup, tool);
        return install(tool, unpacked.bundle(), arguments);
    }
    const std::string root = root_of(arguments);
    if (root.empty() && !platform::is_root())
        throw Error("an installation on the host itself is for root only",
                    engine::Kind::no_privilege)
            .remedy(fmt::format("sudo {}; or name a folder with --root DIR", self));
    Tool tool(root);
    tool.put(*setup);
    require_not_stopped(signals);
    const int code = install(tool.path(), unpacked.bundle(), arguments);
    if (tool.is_new() && tool.is_needed())
        platform::to_stderr(fmt::format("for later: {}\n", tool.path()));
    return code;
}

} // namespace locum::cli
