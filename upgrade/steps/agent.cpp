#include "upgrade/steps/agent.hpp"

#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "upgrade/steps/node.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <thread>

namespace locum::upgrade::steps {

using engine::Error;
using engine::Kind;
using installer::AgentProgram;
using installer::NodeFacts;
using nlohmann::json;

namespace {

// The agent's helper gives a new one 20 s to listen and as many to answer, and those to the old one
// when it has put that back.
constexpr std::chrono::seconds exchange_limit{90};
constexpr std::chrono::milliseconds poll_interval{200};

AgentProgram program_of(const NodeFacts& facts) {
    if (!facts.program)
        throw Error(fmt::format("the agent of {} is too old to be exchanged", facts.name),
                    Kind::refused)
            .remedy(fmt::format("on {}, with a newer Locum (locum bundle program BUNDLE --output "
                                "FILE): FILE agent stop, then FILE agent start",
                                facts.name));
    return *facts.program;
}

// memo "": the agent ran from no bundle's program.
std::string said(const std::string& version) {
    return version.empty() ? "the Locum that installed it" : "Locum " + version;
}

// What a person types on the host where its agent does not come back.
std::string command_for(const AgentProgram& program, const std::string& version) {
    const auto found = program.commands.find(version);
    return found == program.commands.end() ? "locum agent start" : found->second;
}

// Until the agent answers and runs from this version. A silent one is on its way. by_hand: what is
// typed on its host where it stays silent.
void await_program(Conductor& conductor, const std::string& node, const std::string& version,
                   const std::string& by_hand) {
    const auto deadline = std::chrono::steady_clock::now() + exchange_limit;
    for (;; std::this_thread::sleep_for(poll_interval)) {
        std::string why;
        std::optional<NodeFacts> facts;
        try {
            facts = conductor.facts(node);
        } catch (const Error& error) {
            why = error.one_line();
        }
        if (facts) {
            const AgentProgram program = program_of(*facts);
            if (program.runs == version && program.linked == version)
                return;
            if (!program.fault.empty() && program.fault_of == version)
                throw Error(fmt::format("the agent of {} did not come up as {}: {}", node,
                                        said(version), program.fault))
                    .remedy(
                        fmt::format("see the journal of locum-exchange-{0}, or exchange.log in "
                                    "/var/log/locum/{0} (Windows: ProgramData\\Locum\\logs\\{0}), "
                                    "on {1}, and ask the bundle's vendor",
                                    conductor.upgrade().layout.suite, node));
            why = fmt::format("it runs as Locum {} still", program.version);
        }
        if (std::chrono::steady_clock::now() > deadline)
            // Not as a remedy: where the agent is gone, that of the undo is the one that is told.
            throw Error(fmt::format("the agent of {0} does not answer as {1} after {2} s: "
                                    "{3}; on {0}: {4}",
                                    node, said(version), exchange_limit.count(), why, by_hand))
                .remedy(
                    fmt::format("see there: journalctl -u locum-exchange-{0}, or exchange.log "
                                "in /var/log/locum/{0} (Windows: ProgramData\\Locum\\logs\\{0})",
                                conductor.upgrade().layout.suite));
    }
}

// Its answer may be lost with the agent that gives it.
void tell_to_exchange(Conductor& conductor, const std::string& node, const std::string& step,
                      const json& parameters, engine::Reporter& reporter) {
    try {
        conductor.tell(node, step, "exchange", parameters.dump(), reporter);
    } catch (const cluster::Unreachable&) {
        reporter.note(node + "'s agent ended before it answered");
    }
}

} // namespace

engine::Step exchange_agent(Conductor& conductor, const std::string& node) {
    const std::string step = "agent/" + node;
    const engine::Version version = conductor.upgrade().manifest().program.value().version;
    const std::string sha256 = conductor.upgrade().manifest_sha256;
    return {step,
            fmt::format("let the agent of {} run from Locum {}, which the bundle brings; services "
                        "go on",
                        node, version.text()),
            [&conductor, node, version] {
                const AgentProgram program = program_of(conductor.facts(node));
                return !program.older_than(version);
            },
            [&conductor, node] { return program_of(conductor.facts(node)).linked; },
            [&conductor, node, step, version, sha256](engine::Reporter& reporter) {
                const NodeFacts facts = conductor.facts(node);
                const AgentProgram program = program_of(facts);
                if (program.runs == version.text() && program.linked == version.text())
                    return std::string(); // by a run that was killed
                send_bundle(conductor, facts, step, reporter);
                tell_to_exchange(conductor, node, step,
                                 {{"version", version.text()}, {"manifest", sha256}}, reporter);
                await_program(conductor, node, version.text(), command_for(program, program.runs));
                return std::string();
            },
            nullptr,
            undo_by_agent(conductor, node, [&conductor, node, step](const std::string& memo) {
                engine::SilentReporter silent;
                const AgentProgram program = program_of(conductor.facts(node));
                if (program.runs == memo && program.linked == memo)
                    return;
                tell_to_exchange(conductor, node, step + "/undo",
                                 {{"version", memo}, {"manifest", ""}}, silent);
                await_program(conductor, node, memo,
                              command_for(program, memo) + "; then: locum upgrade rollback");
            })};
}

} // namespace locum::upgrade::steps
