#include "upgrade/remove.hpp"

#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "engine/runner.hpp"
#include "installer/announce.hpp"
#include "installer/checks.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/lock.hpp"
#include "upgrade/remove_findings.hpp"
#include "upgrade/session.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::upgrade {

using engine::Error;
using engine::Irreversible;
using engine::Kind;
using engine::NothingToUndo;
using engine::OnFailure;
using engine::Reporter;
using engine::Step;

namespace {

void require_removable(const RemovalFacts& facts) {
    if (facts.node == facts.own)
        throw Error(facts.node + " is this node", Kind::refused).remedy("locum uninstall");
    const std::vector<cluster::NodeRow> others = facts.others();
    if (facts.row && facts.row->has_role("server") &&
        std::none_of(others.begin(), others.end(),
                     [](const auto& node) { return node.has_role("server"); }))
        throw Error(facts.node + " is the last server of the cluster", Kind::refused)
            .remedy("keep it; a cluster without a server cannot be joined again");
}

// Everything that is found out, by all who can be asked.
RemovalFacts look(const RemoveRequest& request) {
    RemovalFacts facts = removal_facts(request.layout, request.node);
    require_removable(facts);
    return facts;
}

// What the steps work on.
struct Hands {
    Session session;
    std::uint64_t epoch = 0; // of the lease; 0: only a plan is made
};

Step take_out(Hands& hands, const RemovalFacts& facts) {
    const std::string installation = facts.row->installation;
    const auto registered = [&hands, installation] {
        const auto rows = cluster::Registry(hands.session.store()).nodes();
        return std::any_of(rows.begin(), rows.end(),
                           [&](const auto& row) { return row.installation == installation; });
    };
    return {"cluster/remove",
            fmt::format("take {} out of the registry", facts.node),
            [registered] { return !registered(); },
            nullptr,
            [&hands, installation, node = facts.node](Reporter&) {
                cluster::Store& store = hands.session.store();
                store.transaction([&] {
                    cluster::lock_epoch(store.connection(), store.prefix(), hands.epoch);
                    cluster::Registry(store).remove_node(node, installation);
                });
                return std::string();
            },
            nullptr,
            Irreversible{"only a new installation joins again"}};
}

Step tell_balancers(Hands& hands, const RemovalFacts& facts) {
    return {"cluster/announce",
            fmt::format("let every balancer forget {}", facts.node),
            [] { return false; }, // what a balancer knows is in its configuration: written anew
            nullptr,
            [&hands, &facts](Reporter&) {
                try {
                    installer::announce(hands.session.layout(), hands.session.store(),
                                        facts.manifest, hands.epoch);
                } catch (const Error& error) {
                    throw Error(fmt::format("{} is removed, but {}", facts.node, error.one_line()),
                                Kind::paused)
                        .remedy(fmt::format("start their agents (locum agent start), then again: "
                                            "locum node remove {}",
                                            facts.node));
                }
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

engine::Plan plan_of(Hands& hands, const RemovalFacts& facts) {
    engine::Plan plan;
    plan.title = fmt::format("remove {} from the cluster of {}", facts.node, facts.suite);
    if (facts.row)
        plan.add(take_out(hands, facts), OnFailure::stop);
    if (facts.manifest.balancing)
        plan.add(tell_balancers(hands, facts), OnFailure::stop);
    return plan;
}

} // namespace

Removing removing_of(const RemoveRequest& request) {
    const RemovalFacts facts = look(request);
    Hands hands{Session(request.layout)};
    const engine::Plan plan = plan_of(hands, facts);
    Evidence evidence = evidence_of(facts);
    return {plan.title, engine::describe(plan), std::move(evidence.proof),
            installer::demoted(std::move(evidence.findings), request.ignored),
            consequences_of(facts)};
}

void remove(const RemoveRequest& request, Reporter& reporter) {
    const auto lock =
        platform::Lock::take(request.layout.state_file("host.lock"), "removal of " + request.node);
    engine::failpoint("remove/looked");
    Hands hands{Session(request.layout)};
    const cluster::Lease lease(hands.session.settings(), request.layout.suite,
                               "removal of " + request.node);
    hands.epoch = lease.epoch();
    // Again, as it is now: it may have come back, and another server may have left.
    const RemovalFacts facts = look(request);
    engine::require_no_errors(installer::demoted(evidence_of(facts).findings, request.ignored));
    platform::JournalFile journal(request.layout.state_file("journal"));
    const std::string operation = "remove-" + platform::hex(platform::random_bytes(8));
    try {
        engine::run(
            plan_of(hands, facts),
            {operation, lease.epoch(), "", request.cancelled, [&lease] { return lease.lost(); }},
            journal, reporter);
    } catch (const Error& error) {
        if (error.kind() != Kind::paused || !error.remedy().empty())
            throw;
        // Cut off on request, before the node was taken out or before its balancers were told.
        throw Error(error.one_line(), error.kind())
            .remedy("again: locum node remove " + facts.node);
    }
}

} // namespace locum::upgrade
