// How an agent is started and stopped: by the host's service manager where the installation is the
// host's own and there is one, else as a process of its own.

#include "cluster/agent.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "platform/capabilities.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"
#include "platform/service.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <thread>

namespace locum::cluster {

using engine::Error;

namespace {

constexpr std::chrono::seconds start_limit{20};
constexpr std::chrono::milliseconds poll_interval{20};
constexpr int polls_of_unknown = 50;

std::string unit_of(const Layout& layout) {
    return agent_unit_name(layout.suite);
}

// What is known of an agent that is being started.
struct Started {
    std::int64_t pid = 0;
    std::string ended; // how it came to its end, with the end of its log; empty: it lives
};

// Until it listens, and not just anybody.
void await(const Layout& layout, const std::string& log, const std::function<Started()>& look) {
    const NodeState state = load_node_state(layout);
    const auto deadline = std::chrono::steady_clock::now() + start_limit;
    int unknown = 0; // whose the listener is
    for (;; std::this_thread::sleep_for(poll_interval)) {
        const Started agent = look();
        if (!agent.ended.empty())
            throw Error(fmt::format("the agent ended right after its start: {}", agent.ended))
                .remedy("see " + log);
        const auto listener = platform::listener(state.address, state.agent_port);
        if (listener && listener->pid == agent.pid)
            return;
        // Where that is not told, one that lives on has it: it ends where it cannot listen.
        if (listener && !listener->pid && ++unknown == polls_of_unknown)
            return;
        if (std::chrono::steady_clock::now() > deadline)
            throw Error(fmt::format("the agent does not listen on {}:{} after {} s", state.address,
                                    state.agent_port, start_limit.count()))
                .remedy("see " + log);
    }
}

enum class Start { unless_it_runs, anew };

void start_unit(const Layout& layout, const std::string& program, Start how, AtBoot at_boot) {
    const std::string unit = unit_of(layout);
    const std::string log = agent_log(layout);
    const bool kept = platform::service_manager_keeps_logs();
    if (!kept)
        platform::make_folders(layout.logs());
    const bool fresh = !platform::service_unit_installed(unit);
    platform::install_service_unit(unit, agent_unit_text(layout.suite, program));
    if (fresh || at_boot == AtBoot::started)
        platform::enable_service_unit(unit);
    if (how == Start::anew)
        platform::restart_service_unit(unit);
    else
        platform::start_service_unit(unit);
    const std::uint64_t before = platform::service_unit_state(unit).restarts;
    await(layout, kept ? "journalctl -u " + unit : log, [&]() -> Started {
        const platform::ServiceUnitState state = platform::service_unit_state(unit);
        const bool ended = state.active == "failed" || state.active == "inactive" ||
                           state.sub == "auto-restart" || state.restarts > before;
        return {state.pid, ended ? "it said: " + (kept ? platform::service_unit_log(unit, 5)
                                                       : platform::read_end(log, 600))
                                 : ""};
    });
}

void start_process(const Layout& layout, const std::string& program) {
    platform::make_folders(layout.logs());
    const std::string log = agent_log(layout);
    std::map<std::string, std::string> environment;
    if (const char* failpoints = std::getenv("LOCUM_AGENT_FAILPOINTS"))
        environment["LOCUM_FAILPOINTS"] = failpoints;
    // Its services get theirs from it, so it must have all that this process could give.
    const std::vector<std::string_view> capabilities = platform::capability_names();
    std::vector<std::string> argv = {program, "agent", "run", "--suite", layout.suite};
    if (!layout.root.empty())
        argv.insert(argv.end(), {"--root", layout.root});
    const platform::ProcessId agent =
        platform::start_detached({argv,
                                  environment,
                                  "",
                                  log,
                                  layout.state_file("agent.record"),
                                  {capabilities.begin(), capabilities.end()}});
    await(layout, log, [&]() -> Started {
        const bool ended = platform::wait_end(agent, std::chrono::milliseconds(0));
        return {agent.pid, ended ? platform::read_end(log, 600) : ""};
    });
}

std::optional<platform::ProcessId> process_of(const Layout& layout) {
    return platform::recorded(layout.state_file("agent.record"), platform::this_program());
}

} // namespace

bool agent_runs(const Layout& layout) {
    if (service_manager_used(layout))
        return platform::service_unit_installed(unit_of(layout)) &&
               platform::service_unit_state(unit_of(layout)).active == "active";
    const std::optional<platform::ProcessId> agent = process_of(layout);
    return agent && platform::alive(*agent);
}

bool agent_is_there(const Layout& layout) {
    return agent_runs(layout) ||
           (service_manager_used(layout) && !platform::service_unit_gone(unit_of(layout)));
}

std::vector<AgentFault> agent_faults(const Layout& layout, const std::string& program) {
    std::vector<AgentFault> faults;
    if (service_manager_used(layout)) {
        const std::string unit = unit_of(layout);
        if (!platform::service_unit_installed(unit))
            faults.push_back({unit + " is not installed", "the unit of the agent"});
        else if (!platform::service_unit_is(unit, agent_unit_text(layout.suite, program)))
            faults.push_back(
                {"another definition of " + unit, "the one that is installed for " + program});
        if (const std::string at_boot = platform::service_unit_enablement(unit);
            at_boot != "enabled")
            faults.push_back({fmt::format("{} is {}", unit, at_boot), "enabled"});
    }
    if (!agent_runs(layout))
        faults.push_back({"the agent does not run", "an agent that runs"});
    return faults;
}

std::string agent_log(const Layout& layout) {
    return layout.logs() + "/agent.log";
}

void start_agent(const Layout& layout, const std::string& program, AtBoot at_boot) {
    if (service_manager_used(layout))
        // Also where it runs: its unit may differ.
        start_unit(layout, program, Start::unless_it_runs, at_boot);
    else if (!agent_runs(layout))
        start_process(layout, program);
}

void restart_agent(const Layout& layout, const std::string& program) {
    if (service_manager_used(layout)) {
        // One job of the manager: whoever asked for it may be killed meanwhile.
        start_unit(layout, program, Start::anew, AtBoot::as_it_is);
        return;
    }
    stop_agent(layout);
    engine::failpoint("exchange/stopped");
    start_process(layout, program);
}

void stop_agent(const Layout& layout) {
    if (service_manager_used(layout)) {
        if (platform::service_unit_installed(unit_of(layout)))
            platform::stop_service_unit(unit_of(layout));
        return;
    }
    const std::optional<platform::ProcessId> agent = process_of(layout);
    if (!agent || !platform::alive(*agent))
        return;
    platform::send_signal(*agent, "TERM");
    if (!platform::wait_end(*agent, std::chrono::seconds(15)))
        throw Error(fmt::format("the agent (process {}) does not end", agent->pid))
            .remedy(fmt::format("see {}/agent.log; as a last resort: kill -9 {}", layout.logs(),
                                agent->pid));
}

std::vector<OtherAgent> other_agents(const Layout& layout) {
    std::vector<OtherAgent> others;
    for (const platform::RunningCommand& running : platform::running_commands()) {
        const std::vector<std::string>& argv = running.argv;
        // As start_process() and the unit start it.
        if (argv.size() < 5 || argv[1] != "agent" || argv[2] != "run" || argv[3] != "--suite" ||
            argv[4] != layout.suite ||
            !(argv[0].ends_with("locum") || argv[0].ends_with("locum.exe")))
            continue;
        const std::string root = argv.size() == 7 && argv[5] == "--root" ? argv[6] : "";
        if (root != layout.root)
            others.push_back({root.empty() ? "/" : root, running.pid});
    }
    return others;
}

std::string agent_unit_name(const Layout& layout) {
    return unit_of(layout);
}

void remove_agent(const Layout& layout) {
    stop_agent(layout);
    if (service_manager_used(layout))
        platform::remove_service_unit(unit_of(layout));
}

} // namespace locum::cluster
