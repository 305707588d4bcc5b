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

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <optional>

namespace locum::rehearse {

namespace {

constexpr std::chrono::seconds agent_limit{5};
constexpr std::uint64_t excerpt_bytes = 4000;

std::string system_folder() {
    const char* named = std::getenv("TMPDIR");
    return named && *named ? platform::absolute(named) : "/tmp";
}

// Others may pass, and see nothing: a database server of another account has its data below.
void let_pass(const std::string& folder) {
    std::filesystem::permissions(folder, std::filesystem::perms(0711));
}

std::optional<std::string> end(const platform::ProcessId& process, const std::string& signal,
                               std::chrono::milliseconds limit, const std::string& what) {
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

Site::Site(const std::string& parent) {
    const std::string below = parent.empty() ? system_folder() : platform::absolute(parent);
    platform::make_folders(below);
    folder_ = platform::make_temporary_folder(below, "locum-rehearsal.");
    let_pass(folder_);
    run_ = platform::make_temporary_folder("/tmp", "locum-run.");
    let_pass(run_);
}

Site::~Site() {
    try {
        for (const std::string& node : nodes())
            for (const std::string& suite : platform::list_folder(file(node) + "/var/lib/locum"))
                end_nodes(suite);
        platform::remove_all(run_);
        if (!keep_)
            platform::remove_all(folder_);
    } catch (const std::exception& error) {
        platform::to_stderr(fmt::format("warning: {} is not cleared: {}\n", folder_, error.what()));
    }
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

std::vector<std::string> Site::end_nodes(const std::string& suite) {
    std::vector<std::string> left;
    const auto note = [&left](std::optional<std::string> what) {
        if (what)
            left.push_back(std::move(*what));
    };
    // All agents first: one that lives would start a service again.
    for (const std::string& node : nodes())
        if (const auto agent = platform::recorded(layout(node, suite).state_file("agent.record"),
                                                  platform::this_program()))
            note(end(*agent, "TERM", agent_limit, "the agent of " + node));
    for (const std::string& node : nodes()) {
        const std::string folder = cluster::services_folder(layout(node, suite));
        for (const cluster::ServiceRecord& record : cluster::load_services(folder)) {
            const cluster::ServiceSpec& service = record.spec;
            if (const auto process = platform::recorded(
                    fmt::format("{}/{}.record", folder, service.name), service.argv.at(0)))
                note(end(*process, service.stop_signal, service.stop_timeout,
                         fmt::format("{} of {}", service.name, node)));
        }
    }
    return left;
}

std::vector<Excerpt> Site::logs() const {
    std::vector<Excerpt> excerpts;
    for (const std::string& node : nodes())
        for (const std::string& suite : platform::list_folder(file(node) + "/var/log/locum")) {
            const std::string folder = fmt::format("{}/var/log/locum/{}", file(node), suite);
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
