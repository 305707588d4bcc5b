#include "rehearse/site.hpp"

#include "cluster/agent.hpp"
#include "cluster/service_record.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/standard_error.hpp"
#include "platform/system_folders.hpp"
#include "platform/tree.hpp"
#include "rehearse/postgresql.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace locum::rehearse {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds agent_limit{5};
constexpr std::uint64_t excerpt_bytes = 4000;
constexpr std::string_view process_record = ".record"; // of a service's process

constexpr const char* folder_prefix = "locum-rehearsal.";
constexpr const char* run_prefix = "locum-run.";
// In the folder: held by its owner, and what else is the owner's.
constexpr const char* lock_file = "lock";
constexpr const char* owned_file = "owned.json";

std::string parent_folder(const std::string& named) {
    if (!named.empty())
        return platform::absolute(named);
    const char* system = std::getenv("TMPDIR");
    return system && *system ? platform::absolute(system) : platform::temporary_folder();
}

// A socket's path is to be short.
std::string run_parent() {
    return platform::temporary_folder();
}

// What others have put into a folder that all may write to is not read, let alone removed.
bool is_own_folder(const std::string& folder) {
    try {
        platform::make_own_folder(folder, 0700);
        return true;
    } catch (const engine::Error&) {
        return false;
    }
}

// Others may pass, and see nothing: a database server of another account has its data below.
void let_pass(const std::string& folder) {
    platform::set_mode(folder, 0711);
}

std::optional<std::string> end_process(const platform::ProcessId& process,
                                       const std::string& signal, std::chrono::milliseconds limit,
                                       const std::string& what) {
    if (!platform::alive(process))
        return std::nullopt;
    platform::send_signal(process, signal);
    platform::wait_end(process, limit);
    // What it started is in its group, and may outlive it.
    platform::send_signal(process, "KILL", true);
    if (platform::wait_end(process, agent_limit))
        return std::nullopt;
    return fmt::format("{} (process {}) does not end", what, process.pid);
}

} // namespace

struct Site::Abandoned {
    std::string folder;
    std::string run;
    bool keep = false;
    platform::Lock lock;
};

Site::Site(const std::string& parent) {
    const std::string below = parent_folder(parent);
    platform::make_folders(below);
    folder_ = platform::make_temporary_folder(below, folder_prefix);
    let_pass(folder_);
    lock_ = platform::Lock::take(file(lock_file), "a rehearsal");
    run_ = platform::make_temporary_folder(run_parent(), run_prefix);
    let_pass(run_);
    write_owned();
}

Site::Site(Abandoned&& found) :
    folder_(std::move(found.folder)), run_(std::move(found.run)), keep_(found.keep),
    lock_(std::move(found.lock)) {}

Site::~Site() {
    if (leave_)
        return;
    end();
    try {
        remove();
    } catch (const std::exception& error) {
        platform::to_stderr(fmt::format("warning: {} is not cleared: {}\n", folder_, error.what()));
    }
}

// Only now, with the lock, can it be told from a folder that is just being made.
void Site::write_owned() const {
    platform::write_file(file(owned_file), json{{"run", run_}, {"keep", keep_}}.dump() + "\n",
                         0600);
}

void Site::keep() {
    keep_ = true;
    write_owned();
}

// Without this file first, so that nobody takes what is left for abandoned.
void Site::remove() {
    platform::remove_all(file(owned_file));
    lock_.reset(); // on Windows a file that is held stays, and the folder with it
    platform::remove_all(run_);
    platform::remove_all(keep_ ? file(lock_file) : folder_);
}

std::vector<std::string> Site::clear_abandoned(const std::string& parent) {
    std::vector<std::string> told;
    const std::string below = parent_folder(parent);
    for (const std::string& name : platform::list_folder(below)) {
        const std::string folder = below + "/" + name;
        // In this order: the look at whose it is makes a folder that has just been removed.
        if (!name.starts_with(folder_prefix) || !platform::exists(folder + "/" + owned_file) ||
            !is_own_folder(folder))
            continue;
        try {
            told.push_back(clear_abandoned_site(folder));
        } catch (const engine::Error& error) {
            if (error.kind() != engine::Kind::busy && platform::exists(folder))
                told.push_back(fmt::format("warning: {} is left of a rehearsal that was killed, "
                                           "and is not cleared: {}; end what runs from it, and "
                                           "remove it by hand",
                                           folder, error.one_line()));
        }
    }
    return told;
}

std::string Site::clear_abandoned_site(const std::string& folder) {
    Abandoned found{folder, "", false,
                    platform::Lock::take(folder + "/" + lock_file, "the end of a rehearsal")};
    try {
        const json owned = json::parse(platform::read_file(folder + "/" + owned_file));
        found.run = owned.at("run");
        found.keep = owned.at("keep");
    } catch (const json::exception& error) {
        throw engine::Error(
            fmt::format("{}/{} cannot be read: {}", folder, owned_file, error.what()));
    }
    const std::string run_start = run_parent() + "/" + run_prefix;
    if (!found.run.starts_with(run_start) ||
        found.run.find('/', run_start.size()) != found.run.npos)
        throw engine::Error(fmt::format("{}/{} names the folder {}; expected one of {}*", folder,
                                        owned_file, found.run, run_start));
    const bool keep = found.keep;
    Site site(std::move(found));
    site.leave_ = true; // what would not end is found by its records
    const std::vector<std::string> left = site.end_all();
    end_abandoned_server(folder.substr(folder.rfind('/') + 1) + "/postgresql");
    if (!left.empty())
        throw engine::Error(fmt::format("{}", fmt::join(left, "; ")));
    site.leave_ = false;
    return fmt::format(
        "{} was left of a rehearsal that was killed: its agents, services and database "
        "have ended, and it is "
        "{}",
        folder, keep ? "kept" : "removed");
}

cluster::Layout Site::layout(const std::string& node, const std::string& suite) const {
    return {file(node), suite};
}

std::vector<std::string> Site::nodes() const {
    std::vector<std::string> names;
    for (const std::string& name : platform::list_folder(folder_))
        if (name.starts_with("node-"))
            names.push_back(name);
    return names;
}

std::vector<std::string> Site::end_all() {
    std::set<std::string> suites;
    for (const std::string& node : nodes())
        for (const std::string& suite :
             platform::list_folder(platform::folder_of_states(file(node))))
            suites.insert(suite);
    std::vector<std::string> all;
    for (const std::string& suite : suites)
        for (std::string& left : end_nodes(suite))
            all.push_back(std::move(left));
    return all;
}

void Site::end() noexcept {
    if (std::exchange(ended_, true))
        return;
    try {
        for (const std::string& left : end_all())
            platform::to_stderr(fmt::format("warning: {}\n", left));
    } catch (const std::exception& error) {
        platform::to_stderr(fmt::format("warning: not all that runs from {} may have ended: {}\n",
                                        folder_, error.what()));
    }
}

std::vector<std::string> Site::end_nodes(const std::string& suite) {
    std::vector<std::string> left;
    const auto note = [&left](std::optional<std::string> what) {
        if (what)
            left.push_back(std::move(*what));
    };
    // What is damaged on one node keeps nobody from ending the others.
    const auto on = [&left](const std::string& node, const auto& work) {
        try {
            work();
        } catch (const engine::Error& error) {
            left.push_back(fmt::format("{}: {}", node, error.one_line()));
        } catch (const std::exception& error) {
            left.push_back(fmt::format("{}: {}", node, error.what()));
        }
    };
    // All agents first: one that lives would start a service again.
    for (const std::string& node : nodes())
        on(node, [&] {
            if (const auto agent = platform::recorded(
                    layout(node, suite).state_file("agent.record"), platform::this_program()))
                note(end_process(*agent, "TERM", agent_limit, "the agent of " + node));
        });
    for (const std::string& node : nodes()) {
        const std::string folder = cluster::services_folder(layout(node, suite));
        std::map<std::string, cluster::ServiceSpec> specs;
        on(node, [&] {
            for (cluster::ServiceRecord& record : cluster::load_services(folder))
                specs[record.spec.name] = std::move(record.spec);
        });
        // By what runs: it is to end whatever is known of it.
        std::vector<std::string> files;
        on(node, [&] { files = platform::list_folder(folder); });
        for (const std::string& file : files)
            if (file.ends_with(process_record))
                on(node, [&] {
                    const std::string name = file.substr(0, file.size() - process_record.size());
                    const cluster::ServiceSpec& service = specs[name];
                    const std::string program = service.argv.empty() ? "" : service.argv.front();
                    if (const auto process = platform::recorded(folder + "/" + file, program))
                        note(end_process(*process, service.stop_signal, service.stop_timeout,
                                         fmt::format("{} of {}", name, node)));
                });
    }
    return left;
}

std::vector<Excerpt> Site::logs() const {
    std::vector<Excerpt> excerpts;
    for (const std::string& node : nodes())
        for (const std::string& suite :
             platform::list_folder(platform::folder_of_logs(file(node)))) {
            const std::string folder = layout(node, suite).logs();
            for (const std::string& log : platform::list_folder(folder)) {
                const std::string path = folder + "/" + log;
                if (!platform::is_regular_file(path))
                    continue;
                const std::string end = platform::read_end(path, excerpt_bytes);
                if (!end.empty())
                    excerpts.push_back({path.substr(folder_.size() + 1), platform::readable(end)});
            }
        }
    return excerpts;
}

} // namespace locum::rehearse
