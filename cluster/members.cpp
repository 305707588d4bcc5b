#include "cluster/members.hpp"

#include "cluster/membership.hpp"
#include "cluster/registry.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds believed_for{2};
constexpr std::string_view server_role = "server";

std::string kept_file(const Layout& layout) {
    return layout.state_file("members");
}

} // namespace

Members::Members(Layout layout) :
    layout_(std::move(layout)), own_(load_node_state(layout_).name),
    own_pin_(token::facts_of(load_identity(layout_).certificate_pem).pin) {}

bool Members::is_own(const token::CertificateFacts& caller) const {
    return caller.node == own_ && caller.pin == own_pin_;
}

void Members::require(const token::CertificateFacts& caller) {
    if (is_own(caller))
        return;
    const std::lock_guard lock(mutex_);
    if (known(caller.node))
        return;
    if (why_not_.empty())
        throw Error(fmt::format("{} has a certificate of this network, but {}", caller.node,
                                not_registered),
                    engine::Kind::not_trusted)
            .remedy("if it was removed by mistake, install it anew; see locum node list");
    throw Error(fmt::format("{} cannot tell whether {} belongs to the cluster: it was not known "
                            "when the database answered last, and now it does not ({})",
                            own_, caller.node, why_not_))
        .remedy("see that the database can be reached from " + own_ + ", then try again");
}

void Members::require_server(const token::CertificateFacts& caller) {
    require(caller);
    if (is_own(caller))
        return;
    const std::string& peer = caller.node;
    const auto refuse = [&peer](std::string_view why) {
        throw Error(fmt::format("{} gives an order, and {}", peer, why), engine::Kind::not_trusted)
            .remedy("run the command on a node with a server (locum node list)");
    };
    if (std::find(caller.roles.begin(), caller.roles.end(), server_role) == caller.roles.end())
        refuse("its certificate is that of a node without a server");
    if (!load_datasource(layout_))
        return;
    const std::lock_guard lock(mutex_);
    if (!servers_.contains(peer) && why_not_.empty()) {
        asked_ = {}; // it may have become one since
        known(peer);
    }
    // While the registry is away nothing newer is known than the certificate.
    if (!why_not_.empty() || servers_.contains(peer))
        return;
    refuse("runs no server (any more)");
}

bool Members::known(const std::string& peer) {
    const auto now = std::chrono::steady_clock::now();
    if (names_.contains(peer) && now - asked_ < believed_for)
        return true;
    if (!why_not_.empty() && now - failed_ < believed_for)
        return names_.contains(peer);
    const std::optional<datasource::Settings> settings = load_datasource(layout_);
    if (!settings)
        return true; // the server that it asks decides
    try {
        Store store(*settings, layout_.suite);
        std::set<std::string> names;
        servers_.clear();
        for (const NodeRow& node : Registry(store).nodes()) {
            names.insert(node.name);
            if (node.has_role(server_role))
                servers_.insert(node.name);
        }
        why_not_.clear();
        asked_ = now;
        keep(std::move(names));
    } catch (const Error& error) {
        // The database is away: the last answer stands, and is not asked for by everyone.
        failed_ = now;
        why_not_ = error.one_line();
        if (names_.empty())
            names_ = kept();
    }
    return names_.contains(peer);
}

void Members::keep(std::set<std::string> names) {
    if (names == names_)
        return;
    names_ = std::move(names);
    try {
        if (kept() != names_)
            platform::write_file(kept_file(layout_), json(names_).dump(), 0600);
    } catch (const Error&) {
        // A full disk is no reason to refuse whom the registry knows.
    }
}

std::set<std::string> Members::kept() const {
    try {
        return json::parse(platform::read_file(kept_file(layout_))).get<std::set<std::string>>();
    } catch (const std::exception&) {
        return {}; // never learned, or not readable
    }
}

} // namespace locum::cluster
