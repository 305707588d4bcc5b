#include "upgrade/steps/roles.hpp"

#include "cluster/admission.hpp"
#include "cluster/datasources.hpp"
#include "cluster/membership.hpp"
#include "cluster/reach.hpp"
#include "cluster/role_change.hpp"
#include "cluster/shared_secrets.hpp"
#include "engine/error.hpp"
#include "installer/announce.hpp"
#include "installer/node_row.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

namespace locum::upgrade::steps {

using cluster::NodeRow;
using cluster::NodeState;
using engine::Irreversible;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;

namespace {

// A balancer's host may let in members only, and learns within seconds what this node is.
constexpr std::chrono::seconds admission_limit{12};
constexpr std::chrono::milliseconds poll_interval{200};

const installer::Modification& change_of(const Roles& roles) {
    return roles.modified.change;
}

const cluster::Layout& layout_of(const Roles& roles) {
    return roles.modified.layout();
}

std::vector<std::string> sorted(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    return all;
}

bool same_roles(const Roles& roles) {
    return sorted(change_of(roles).roles_before) == sorted(change_of(roles).roles_after);
}

NodeRow row(const Roles& roles, const NodeState& state) {
    return installer::row_of(roles.modified.manifest(), state, roles.machine);
}

// For the key that the node has: what is sealed with it stays readable.
std::string request_of(const Roles& roles) {
    return token::NodeKey::from_pem(cluster::load_identity(layout_of(roles)).key_pem)
        .csr(change_of(roles).before.name);
}

void store_certificate(const Roles& roles, const std::string& certificate_pem) {
    token::Identity identity = cluster::load_identity(layout_of(roles));
    identity.certificate_pem = certificate_pem;
    cluster::store_identity(layout_of(roles), identity);
}

// The servers that the registry has, but for this node's where that is about to be none.
enum class Own { counts, is_left_out };
void announce(const Roles& roles, Own own = Own::counts) {
    Conductor& conductor = roles.conductor();
    installer::announce(
        layout_of(roles), conductor.store(), roles.modified.manifest(), conductor.upgrade().epoch,
        own == Own::counts ? "" : change_of(roles).before.name, installer::Without::server);
}

// While it is a server by the registry's word, whose orders the others take: a run before this one
// may have come further.
void leave_out(const Roles& roles) {
    if (roles.conductor().registry().node(change_of(roles).before.name).has_role("server"))
        announce(roles, Own::is_left_out);
}

bool concerns_balancers(const Roles& roles) {
    const auto& balancing = roles.modified.manifest().balancing;
    const installer::Modification& change = change_of(roles);
    return balancing &&
           (change.before.has(balancing->server) || change.after.has(balancing->server));
}

bool is_so(const Roles& roles) {
    const NodeState now = cluster::load_node_state(layout_of(roles));
    const NodeState& after = change_of(roles).after;
    const auto certified =
        token::facts_of(cluster::load_identity(layout_of(roles)).certificate_pem).roles;
    if (now.components != after.components || now.ports != after.ports ||
        sorted(certified) != sorted(change_of(roles).roles_after))
        return false;
    if (!cluster::load_datasource(layout_of(roles)))
        return true;
    const NodeRow there = roles.conductor().registry().node(after.name);
    return there.components == after.components && there.ports == after.ports &&
           there.roles == change_of(roles).roles_after;
}

// Whatever was so when the modification began: others may have left since, where it was cut off.
void require_another_server(const Roles& roles) {
    const std::string& name = change_of(roles).before.name;
    bool serves = false;
    for (const NodeRow& node : roles.conductor().registry().nodes()) {
        if (node.name != name && node.has_role("server"))
            return;
        serves = serves || (node.name == name && node.has_role("server"));
    }
    if (serves)
        throw engine::Error(fmt::format("{} is the last server, so the cluster would end", name),
                            engine::Kind::refused)
            .remedy("keep it: locum modify --rollback; or, to end it: locum uninstall "
                    "--last-server");
}

void sign_for_itself(const Roles& roles) {
    const NodeState& after = change_of(roles).after;
    Conductor& conductor = roles.conductor();
    const bool loses_server = change_of(roles).loses_server();
    if (loses_server) {
        require_another_server(roles); // before the balancers forget it
        leave_out(roles);
    }
    std::string certificate;
    if (!same_roles(roles))
        certificate = cluster::load_authority(layout_of(roles))
                          .sign(request_of(roles), after.name, change_of(roles).roles_after);
    conductor.under_lease([&] {
        if (loses_server)
            require_another_server(roles);
        cluster::require_met(roles.modified.manifest(), conductor.registry().nodes(),
                             row(roles, after));
        conductor.registry().change_selection(row(roles, after));
        if (!certificate.empty())
            conductor.registry().add_admission(after.name, after.name,
                                               token::facts_of(certificate).fingerprint);
    });
    if (!certificate.empty())
        store_certificate(roles, certificate);
}

// A node without a server that gains nothing needs no token, and could not come back without one.
bool only_loses(const Roles& roles) {
    return !change_of(roles).had(suite::Role::server) && change_of(roles).added.empty();
}

cluster::JoinAnswer ask(const Roles& roles, const NodeState& wanted,
                        const engine::Secret& join_secret) {
    std::optional<cluster::JoinAnswer> answer;
    cluster::any_server(roles.token, [&](const cluster::Address& server) {
        answer = cluster::ask_for_roles(layout_of(roles), server,
                                        {row(roles, wanted), request_of(roles),
                                         roles.modified.installation.bundle.manifest_sha256(),
                                         join_secret});
        return std::string();
    });
    return *std::move(answer);
}

void have_it_signed(const Roles& roles) {
    const cluster::Layout& layout = layout_of(roles);
    const cluster::JoinAnswer answer = ask(roles, change_of(roles).after, roles.token.join_secret);
    store_certificate(roles, answer.certificate_pem);
    if (answer.datasource) {
        cluster::store_authority(layout, answer.ca_key_pem, roles.token.join_secret,
                                 answer.suite_seed);
        cluster::store_active_datasource(layout,
                                         {answer.datasource_name, *answer.datasource, true});
    } else if (only_loses(roles)) {
        cluster::replace_secrets(layout, answer.secrets);
    } else {
        cluster::keep_secrets(layout, answer.secrets);
    }
}

void take_back(const Roles& roles, const std::string& certificate) {
    const cluster::Layout& layout = layout_of(roles);
    const installer::Modification& change = change_of(roles);
    if (cluster::load_datasource(layout)) {
        Conductor& conductor = roles.conductor();
        if (change.gains_server())
            leave_out(roles);
        conductor.under_lease(
            [&] { conductor.registry().change_selection(row(roles, change.before)); });
        store_certificate(roles, certificate);
        conductor.show_new_certificate(); // by which balancers take the orders of later undos
        installer::steps::select(roles.modified, change.before);
        if (change.had(suite::Role::server) && concerns_balancers(roles))
            announce(roles);
    } else {
        const cluster::JoinAnswer answer = ask(roles, change.before, {});
        store_certificate(roles, answer.certificate_pem);
        cluster::replace_secrets(layout, answer.secrets);
        installer::steps::select(roles.modified, change.before);
    }
    if (change.gains_server())
        cluster::forget_authority(layout);
    if (!same_roles(roles))
        installer::steps::restart(roles.modified);
}

} // namespace

Step change_roles(const Roles& roles) {
    const installer::Modification& change = change_of(roles);
    engine::UndoChoice undo = Undo{[roles](const std::string& memo) { take_back(roles, memo); }};
    if (only_loses(roles))
        undo = Irreversible{"a node without a server gets components by a token only",
                            [] { return true; }};
    return {"network/roles",
            fmt::format("let {} be {} in the cluster, by a certificate {}", change.before.name,
                        fmt::join(change.after.components, " and "),
                        change.had(suite::Role::server) ? "of its own authority"
                                                        : "that a server signs"),
            [roles] { return is_so(roles); },
            [roles] { return cluster::load_identity(layout_of(roles)).certificate_pem; },
            [roles](Reporter&) {
                if (change_of(roles).had(suite::Role::server))
                    sign_for_itself(roles);
                else
                    have_it_signed(roles);
                // Last: with it this host is what it is to be.
                installer::steps::select(roles.modified, change_of(roles).after);
                return std::string();
            },
            nullptr,
            std::move(undo)};
}

Step announce_change(const Roles& roles) {
    return {"network/balancers",
            fmt::format("let the balancers of the cluster know the server on {}",
                        change_of(roles).before.name),
            [] { return false; }, // announcing twice changes nothing
            nullptr,
            [roles](Reporter&) {
                const auto deadline = std::chrono::steady_clock::now() + admission_limit;
                for (;; std::this_thread::sleep_for(poll_interval))
                    try {
                        announce(roles);
                        return std::string();
                    } catch (const engine::Error& error) {
                        if (error.kind() == engine::Kind::busy ||
                            std::chrono::steady_clock::now() > deadline)
                            throw;
                    }
            },
            nullptr,
            NothingToUndo{}}; // network/roles announces what is so again
}

Step forget_server(const Roles& roles) {
    const std::string& name = change_of(roles).before.name;
    const cluster::Layout& layout = layout_of(roles);
    return {
        "network/forget-server",
        fmt::format("forget what {} held as a server: the authority's key, the join secret and the "
                    "datasource",
                    name),
        [&layout] {
            return !cluster::holds_authority(layout) && !cluster::load_datasource(layout);
        },
        nullptr,
        [roles, name, &layout](Reporter&) {
            Conductor& conductor = roles.conductor();
            std::vector<std::string> servers;
            for (const NodeRow& node : conductor.registry().nodes())
                if (node.has_role("server"))
                    servers.push_back(cluster::endpoint(node.address, node.agent_port));
            installer::keep_servers(layout, servers);
            if (cluster::holds_authority(layout))
                cluster::replace_secrets(layout,
                                         cluster::secrets_for(layout, roles.modified.manifest(),
                                                              change_of(roles).after.components));
            conductor.under_lease([&] { conductor.registry().set_out(name, false); });
            cluster::forget_authority(layout);
            return std::string();
        },
        nullptr,
        Irreversible{"what it held is gone; with a token it can be added again",
                     [&layout] { return !cluster::holds_authority(layout); }}};
}

} // namespace locum::upgrade::steps
