#include "upgrade/remove_findings.hpp"

#include "upgrade/gone.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace locum::upgrade {

using cluster::NodeRow;
using datasource::ClientSession;
using engine::Finding;
using engine::Severity;

namespace {

using Names = std::vector<std::string>;

// "node-1", "node-1 and node-2", "node-1, node-2 and node-3".
std::string listed(const Names& names) {
    if (names.size() < 2)
        return names.empty() ? "" : names.front();
    return fmt::format("{} and {}", fmt::join(names.begin(), names.end() - 1, ", "), names.back());
}

// "a session", "3 sessions": of which application, in brackets.
std::string counted(const std::vector<ClientSession>& sessions, const std::string& whose) {
    std::map<std::string, unsigned> of;
    for (const ClientSession& session : sessions)
        ++of[session.application.empty() ? "no name" : session.application];
    Names all;
    for (const auto& [application, count] : of)
        all.push_back(fmt::format("{}: {}", application, count));
    return fmt::format("{} {} ({})",
                       sessions.size() == 1 ? "a session"
                                            : fmt::format("{} sessions", sessions.size()),
                       whose, fmt::join(all, ", "));
}

std::string ended_by(const std::string& address) {
    return fmt::format(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND {}",
        address.empty() ? "client_addr IS NULL AND backend_type = 'client backend'"
                        : fmt::format("client_addr = '{}'", address));
}

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

class Judge {
public:
    explicit Judge(const RemovalFacts& facts) : facts_(facts), row_(*facts.row) {
        judge_agent();
        judge_connections();
        judge_balancers();
        if (row_.has_role("server") && facts_.kind != datasource::Kind::sqlite)
            judge_sessions();
        judge_report();
    }
    // What lives first: it says more than what is not known.
    Evidence take() {
        std::stable_partition(evidence_.findings.begin(), evidence_.findings.end(),
                              [](const Finding& finding) { return !finding.may_be_ignored; });
        return std::move(evidence_);
    }

private:
    void proven(std::string sentence) { evidence_.proof.push_back(std::move(sentence)); }
    void alive(std::string found, std::string remedy) {
        evidence_.findings.push_back({"node-alive", Severity::error, std::move(found),
                                      "a node that is gone for good, or whose services are stopped",
                                      std::move(remedy)});
    }
    void unproven(std::string found, std::string expected, std::string remedy) {
        evidence_.findings.push_back({"node-unproven", Severity::error, std::move(found),
                                      std::move(expected), std::move(remedy), true});
    }
    std::string there() const {
        return fmt::format("run on {0}: locum uninstall; or power its host off for good, then try "
                           "again",
                           row_.name);
    }

    void judge_agent() {
        if (!facts_.facts)
            return;
        bool any = false;
        for (const auto& [service, state] : facts_.facts->services) {
            if (state.status != "running" && state.status != "restarting")
                continue;
            any = true;
            alive(fmt::format("{} answers, and its {} is {} (process {})", row_.name, service,
                              state.status, state.pid),
                  fmt::format("remove it there: locum uninstall; or stop its services: locum node "
                              "stop {}",
                              row_.name));
        }
        if (!any)
            proven("its agent answers, and says that none of its services runs");
    }

    // An agent that answers is one of the ways, and speaks for itself.
    bool counts(const cluster::Reach& way) const {
        return !facts_.facts || way.what != "its agent";
    }

    void judge_connections() {
        Names tried, tried_by;
        for (const cluster::Reach& way : ways_to(row_, facts_.manifest))
            if (counts(way))
                tried.push_back(fmt::format("{} ({})", way.what, way.address));
        Names cut_off;
        std::vector<std::pair<std::string, Names>> reached;
        for (const Witness& witness : facts_.witnesses) {
            const std::string& name = witness.row.name;
            if (!witness.silent.empty() || !witness.cannot_tell.empty()) {
                unproven(fmt::format("{} cannot be asked whether it reaches {}: {}", name,
                                     row_.name,
                                     witness.silent.empty() ? witness.cannot_tell : witness.silent),
                         "the answer of every other node",
                         fmt::format("start its agent (on {}: locum agent start)", name));
                continue;
            }
            Names at;
            for (const cluster::Reach& way : witness.reached)
                if (counts(way))
                    at.push_back(fmt::format("{} at {}", way.what, way.address));
            if (at.empty())
                cut_off.push_back(name);
            else
                reached.emplace_back(name, at);
        }
        for (const auto& [name, at] : reached)
            alive(fmt::format("{} is reached from {}: {}{}", row_.name, name, fmt::join(at, ", "),
                              cut_off_text(cut_off)),
                  cut_off.empty() ? there() : "mend the network between the hosts; or " + there());
        if (reached.empty() && !cut_off.empty() && !tried.empty())
            proven(fmt::format("not to be reached from {}: {}", listed(cut_off), listed(tried)));
    }

    std::string cut_off_text(const Names& cut_off) const {
        return cut_off.empty() ? "" : fmt::format("; it is cut off from {} only", listed(cut_off));
    }

    void judge_balancers() {
        Names down;
        for (const Witness& witness : facts_.witnesses) {
            const std::string& name = witness.row.name;
            if (!witness.balancer_silent.empty()) {
                // A silent agent is told already.
                if (witness.silent.empty())
                    unproven(fmt::format("the balancer on {} cannot be asked whether it sends to "
                                         "{}: {}",
                                         name, row_.name, witness.balancer_silent),
                             "the answer of every balancer",
                             fmt::format("bring it back (locum node start {}); where it says that "
                                         "it does not know {}, it sends nothing there",
                                         name, row_.name));
                continue;
            }
            if (!witness.in_balancer)
                continue;
            if (!witness.in_balancer->in_rotation && witness.in_balancer->idle) {
                down.push_back(fmt::format("{} ({})", name, witness.in_balancer->says));
                continue;
            }
            unproven(fmt::format("the balancer on {} {} {} ({})", name,
                                 witness.in_balancer->in_rotation ? "sends to"
                                                                  : "has requests under way to",
                                 row_.name, witness.in_balancer->says),
                     "a server that no balancer has up",
                     "where the host went off just now, its balancers see it within seconds: try "
                     "again then; one that makes no health checks never does");
        }
        if (!down.empty())
            proven(fmt::format("no request goes to it from the balancers on {}", listed(down)));
    }

    // The address, as the database sees it, of a node that stays.
    bool is_of_others(const std::string& address) const {
        return std::any_of(
            facts_.witnesses.begin(), facts_.witnesses.end(), [&](const Witness& witness) {
                return witness.row.has_role("server") && witness.database_address == address;
            });
    }
    // On the machine of another node, as in a trial: sessions do not tell whose they are. Hosts
    // that were cloned may have one machine id, too; their addresses differ.
    bool shares_machine() const {
        const std::string own = cluster::plain_address(row_.address);
        return std::any_of(
            facts_.witnesses.begin(), facts_.witnesses.end(), [&](const Witness& witness) {
                return !row_.machine.empty() && witness.row.machine == row_.machine &&
                       (witness.database_address == own || is_loopback(own));
            });
    }
    // Others come by an address that is not their own: this node may come by the same.
    Names behind_another(const std::string& address) const {
        Names names;
        for (const Witness& witness : facts_.witnesses)
            if (witness.database_address == address &&
                cluster::plain_address(witness.row.address) != address)
                names.push_back(witness.row.name);
        return names;
    }

    void judge_sessions() {
        const std::string own = cluster::plain_address(row_.address);
        if (!facts_.sessions_unknown.empty())
            unproven("the database cannot be asked for its sessions: " + facts_.sessions_unknown,
                     "a list of the application's sessions",
                     "see that the application's account can connect to the database");
        std::vector<ClientSession> its;
        std::map<std::string, std::vector<ClientSession>> of_nobody;
        std::set<std::string> shared;
        for (const ClientSession& session : facts_.sessions)
            if (is_of_others(session.address))
                shared.insert(session.address);
            else if (session.address == own)
                its.push_back(session);
            else
                of_nobody[session.address].push_back(session);
        if (!its.empty())
            alive(fmt::format("the database has {}",
                              counted(its, fmt::format("of {} from {}", row_.name, own))),
                  fmt::format("where its host lost its power just now, try again in half a minute; "
                              "where the suite does not keep its connections alive, the database "
                              "lets go of them hours later: end them ({}) and try again: a server "
                              "that lives is back then",
                              ended_by(own)));
        for (const auto& [address, sessions] : of_nobody)
            unproven(fmt::format("the database has {}, which is no node's",
                                 counted(sessions,
                                         fmt::format("of the application from {}",
                                                     address.empty() ? "its own host" : address))),
                     fmt::format("sessions of other nodes than {} only", row_.name),
                     fmt::format("see who that is; to end them, on the database: {}",
                                 ended_by(address)));
        for (const std::string& address : shared)
            if (const Names names = behind_another(address); !names.empty() && !shares_machine())
                unproven(fmt::format("the database sees {} at {}, and {} may be behind that, too",
                                     listed(names), address, row_.name),
                         "an address for each node",
                         fmt::format("be sure that {} is off, or that its own address there is "
                                     "another one",
                                     row_.name));
        if (shares_machine())
            proven("it is on another node's machine, where the database does not tell their "
                   "sessions apart");
        else if (its.empty() && facts_.sessions_unknown.empty())
            proven(fmt::format("the database has no session from its address {}", own));
    }

    void judge_report() {
        const double seconds = static_cast<double>(facts_.silent_ms) / 1000;
        // One without a server never reports.
        if (facts_.facts || !row_.has_role("server"))
            return;
        if (facts_.reported)
            alive(
                fmt::format("the agent of {} does not answer, and reports to the registry: {:.0f} "
                            "s ago",
                            row_.name, seconds),
                "mend the network between the hosts; or " + there());
        else
            proven(fmt::format("its agent has not reported to the registry for {:.0f} s", seconds));
    }

    const RemovalFacts& facts_;
    const NodeRow& row_;
    Evidence evidence_;
};

std::string operation_goes_on(const cluster::Operation& operation, const std::string& node) {
    const bool back = operation.state == cluster::OperationState::rolling_back;
    return fmt::format("operation {} ({}, {}) goes on without {}: {}", operation.id, operation.kind,
                       name(operation.state), node,
                       back
                           ? "locum upgrade rollback"
                           : "locum upgrade resume; back, as long as the database is not migrated: "
                             "locum upgrade rollback");
}

// What is in its copy and nowhere else.
std::string copy_is_lost(const RemovalFacts& facts) {
    const Names& tables = facts.manifest.database.node_local;
    return tables.empty()
               ? fmt::format("{} is in update mode; its copy goes with it, in which nothing was "
                             "written",
                             facts.node)
               : fmt::format("{} is in update mode: what was written on it since its copy was made "
                             "is lost, in {}",
                             facts.node, listed(tables));
}

// The servers, and the rest.
std::pair<Names, Names> by_role(const std::vector<NodeRow>& rows) {
    std::pair<Names, Names> names;
    for (const NodeRow& row : rows)
        (row.has_role("server") ? names.first : names.second).push_back(row.name);
    return names;
}

// No key and no password of the cluster is changed by a removal.
std::string disk_tells(const std::string& node) {
    return fmt::format(
        "the disk of {} holds the database's passwords, and the network's CA key and join secret, "
        "which whoever has it can use: wipe it; where that cannot be done, change the passwords in "
        "the database, then locum datasource copy, edit --ask and activate",
        node);
}

} // namespace

Evidence evidence_of(const RemovalFacts& facts) {
    return facts.row ? Judge(facts).take() : Evidence{};
}

std::vector<std::string> consequences_of(const RemovalFacts& facts) {
    const std::vector<NodeRow> others = facts.others();
    // Without a server it cannot ask the registry, and is not told.
    const bool told = !facts.row || facts.row->has_role("server");
    Names all{fmt::format("nothing is {1} on {0}; should it come back, {2}, and its orders are "
                          "refused: there locum uninstall, then install it anew",
                          facts.node, told ? "deleted" : "stopped or deleted",
                          told ? "its agent stops its services as soon as it reaches the database"
                               : "its services go on")};
    if (!facts.row)
        return all;
    const NodeRow& row = *facts.row;
    const auto [servers, rest] = by_role(others);
    if (row.has_role("server") && !rest.empty())
        all.push_back(fmt::format("until then {} would still obey it: a node without a server "
                                  "believes every certificate of one",
                                  listed(rest)));
    if (row.has_role("server"))
        all.push_back(disk_tells(row.name));
    if (row.mode == cluster::Mode::update)
        all.push_back(copy_is_lost(facts));
    if (row.has_role("server") && servers.size() == 1)
        all.push_back(fmt::format(
            "{} is the only server then: while it is stopped, nobody serves{}", servers.front(),
            facts.open ? "; to go on with the operation it is stopped" : ""));
    if (facts.open)
        all.push_back(operation_goes_on(*facts.open, facts.node));
    ComponentsOf others_have;
    for (const NodeRow& other : others)
        others_have[other.name] = other.components;
    for (std::string& one :
         noticed_when_gone(facts.manifest, row.name, row.components, others_have))
        all.push_back(std::move(one));
    return all;
}

} // namespace locum::upgrade
