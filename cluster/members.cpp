#include "cluster/members.hpp"

#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
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
    if (known(caller))
        return;
    if (why_not_.empty())
        throw Error(
            fmt::format(
                "{} has a certificate of this network, but {}{}", caller.node, not_registered,
                pins_.contains(caller.node) ? ": the node of this name there has another key" : ""),
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
        if (!known(caller))
            refuse("is not registered (any more)");
    }
    // While the registry is away nothing newer is known than the certificate.
    if (!why_not_.empty() || servers_.contains(peer))
        return;
    refuse("runs no server (any more)");
}

bool Members::is_among(const token::CertificateFacts& caller) const {
    const auto found = pins_.find(caller.node);
    return found != pins_.end() && (found->second.empty() || found->second == caller.pin);
}

bool Members::known(const token::CertificateFacts& caller) {
    const auto now = std::chrono::steady_clock::now();
    if (is_among(caller) && now - asked_ < believed_for)
        return true;
    if (!why_not_.empty() && now - failed_ < believed_for)
        return is_among(caller);
    const std::optional<datasource::Settings> settings = load_datasource(layout_);
    if (!settings)
        return true; // the server that it asks decides
    try {
        Store store(*settings, layout_.suite);
        Pins pins = node_keys(store);
        servers_.clear();
        const std::vector<NodeRow> nodes = Registry(store).nodes();
        for (const NodeRow& node : nodes) {
            pins.try_emplace(node.name);
            if (node.has_role(server_role))
                servers_.insert(node.name);
        }
        std::erase_if(pins, [&](const auto& pin) {
            return std::none_of(nodes.begin(), nodes.end(),
                                [&](const NodeRow& node) { return node.name == pin.first; });
        });
        why_not_.clear();
        asked_ = now;
        keep(std::move(pins));
    } catch (const Error& error) {
        // The database is away: the last answer stands, and is not asked for by everyone.
        failed_ = now;
        why_not_ = error.one_line();
        if (pins_.empty())
            pins_ = kept();
    }
    return is_among(caller);
}

void Members::keep(Pins pins) {
    if (pins == pins_)
        return;
    pins_ = std::move(pins);
    try {
        if (kept() != pins_)
            platform::write_file(kept_file(layout_), json(pins_).dump(), 0600);
    } catch (const Error&) {
        // A full disk is no reason to refuse whom the registry knows.
    }
}

Members::Pins Members::kept() const {
    try {
        const json value = json::parse(platform::read_file(kept_file(layout_)));
        if (value.is_object())
            return value.get<Pins>();
        Pins pins; // an older Locum kept names
        for (const std::string& name : value.get<std::set<std::string>>())
            pins.try_emplace(name);
        return pins;
    } catch (const std::exception&) {
        return {}; // never learned, or not readable
    }
}

} // namespace locum::cluster
