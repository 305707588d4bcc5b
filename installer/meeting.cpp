#include "installer/meeting.hpp"

#include "cluster/admission.hpp"
#include "cluster/clock.hpp"
#include "engine/error.hpp"
#include "installer/node_row.hpp"
#include "installer/requirements.hpp"
#include "token/identity.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer {

using engine::Error;
using engine::Finding;
using engine::Severity;

namespace {

bool is_agent(const cluster::Reach& to) {
    return to.what.starts_with("the agent of ");
}

// The token names addresses; nodes are called by their names, as far as the answers told them.
std::vector<cluster::Clock> clocks_of(const Installation& installation) {
    const token::NetworkToken& token = *installation.facts.token;
    std::vector<cluster::Address> servers;
    for (const std::string& address : token.addresses) {
        const token::Address at = token::parse_address(address);
        servers.push_back({"", at.host, static_cast<std::uint16_t>(std::stoul(at.port))});
    }
    return cluster::ask_clocks(token.ca_pin, servers);
}

// Where the port is free; else that it is taken is a finding already.
std::unique_ptr<cluster::Greeter> greeter_of(const Installation& installation) {
    for (const PortFact& port : installation.facts.ports)
        if (port.name == "agent" && !port.taken_by)
            try {
                return std::make_unique<cluster::Greeter>(installation.answers.address, port.port);
            } catch (const Error&) {
                break; // taken just now; the agent's start says so
            }
    return nullptr;
}

void judge_clocks(Prepared& prepared, std::vector<cluster::Clock> clocks,
                  const cluster::Introduction& met) {
    if (met.database_ahead_ms)
        for (const cluster::Clock& clock : clocks)
            if (clock.who == met.by && clock.ahead_ms) {
                clocks.push_back(cluster::database_clock(*clock.ahead_ms + *met.database_ahead_ms));
                break;
            }
    clocks.push_back({prepared.installation.answers.node_name + " (this host)", false, 0, ""});
    for (Finding& finding : cluster::clock_findings(clocks))
        prepared.findings.push_back(std::move(finding));
    prepared.clocks = std::move(clocks);
}

// What a firewall may open to this host only when it is a member: ports that the vendor has for
// nodes, and agents of nodes without a server, which admit nobody. Who stays closed then is told by
// the join's last step.
std::set<std::string> members_only(const suite::Manifest& manifest,
                                   const std::vector<cluster::NodeRow>& members) {
    std::set<std::string> addresses;
    for (const cluster::NodeRow& member : members) {
        if (!member.has_role("server"))
            addresses.insert(cluster::endpoint(member.address, member.agent_port));
        for (const suite::Port& port : manifest.ports)
            if (const auto number = member.ports.find(port.name);
                port.from == suite::Clients::peers && number != member.ports.end())
                addresses.insert(cluster::endpoint(member.address, number->second));
    }
    return addresses;
}

void judge_ways(const Installation& installation, const cluster::Introduction& met,
                Severity connect_back, std::vector<Finding>& findings) {
    const std::string& name = installation.answers.node_name;
    for (Finding& finding :
         reach_findings(name + " (this host)", cluster::unreached(met.needs), met.silent,
                        members_only(installation.manifest(), met.members)))
        findings.push_back(std::move(finding));
    const std::string at =
        cluster::endpoint(installation.answers.address, installation.answers.agent_port);
    for (const auto& [from, why] : met.cannot_reach_it)
        findings.push_back(
            {"reach", connect_back,
             fmt::format("{} cannot reach this host at {}: {}", from, at, why),
             "a TCP connection to the agent that will listen there",
             fmt::format("open TCP port {} of this host for {}, in its firewall and on the way",
                         installation.answers.agent_port, from),
             true});
    std::vector<Components> others;
    for (const cluster::NodeRow& member : met.members)
        others.push_back(member.components);
    for (Finding& finding :
         advice_findings(installation.manifest(), installation.answers.components, others))
        findings.push_back(std::move(finding));
}

} // namespace

std::vector<Finding> reach_findings(const std::string& from,
                                    const std::vector<cluster::Unreached>& failed,
                                    const std::vector<std::pair<std::string, std::string>>& silent,
                                    const std::set<std::string>& members_only) {
    std::vector<Finding> findings;
    for (const cluster::Unreached& one : failed) {
        const bool known_silent = std::any_of(silent.begin(), silent.end(), [&](const auto& node) {
            return one.to.what.ends_with(" " + node.first);
        });
        const token::Address to = token::parse_address(one.to.address);
        findings.push_back(
            {"reach",
             known_silent || (one.refused && !is_agent(one.to)) ||
                     members_only.contains(one.to.address)
                 ? Severity::warning
                 : Severity::error,
             fmt::format("{} cannot reach {} at {}: {}{}", from, one.to.what, one.to.address,
                         one.why, known_silent ? " (nor can others)" : ""),
             "a TCP connection",
             fmt::format("see that it runs, and open TCP port {} of {} for {}, there and on the "
                         "way",
                         to.port, to.host, from),
             true});
    }
    return findings;
}

void meet_cluster(Prepared& prepared, Severity connect_back) {
    const Installation& installation = prepared.installation;
    if (!installation.facts.token)
        return;
    const token::NetworkToken& token = *installation.facts.token;
    const cluster::NodeState state = node_state(installation, token.cluster_id, false);
    const cluster::JoinRequest request{installation.layout.suite, node_row(installation, state),
                                       token::NodeKey::generate().csr(state.name),
                                       installation.bundle.manifest_sha256()};
    std::vector<cluster::Clock> clocks = clocks_of(installation);
    cluster::Introduction met;
    try {
        const std::unique_ptr<cluster::Greeter> greeter = greeter_of(installation);
        met = cluster::ask_to_join(token, request, greeter ? greeter->greeting() : "");
    } catch (const Error& error) {
        // A refusal is a finding like any other; what has an exit code of its own keeps it.
        if (error.kind() == engine::Kind::refused)
            prepared.findings.push_back({"admission", Severity::error, error.one_line(),
                                         "a cluster that admits this node", error.remedy()});
        else
            prepared.not_admitted = error;
        // What cannot be reached at all is told once.
        std::erase_if(clocks, [](const cluster::Clock& one) { return !one.ahead_ms; });
    }
    judge_clocks(prepared, std::move(clocks), met);
    judge_ways(installation, met, connect_back, prepared.findings);
}

} // namespace locum::installer
