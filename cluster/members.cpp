#include "cluster/members.hpp"

#include "cluster/registry.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Error;
using nlohmann::json;

namespace {

constexpr std::chrono::seconds believed_for{2};

std::string kept_file(const Layout& layout) {
    return layout.state_file("members");
}

} // namespace

Members::Members(Layout layout) : layout_(std::move(layout)), own_(load_node_state(layout_).name) {}

void Members::require(const std::string& peer) {
    if (peer == own_)
        return;
    const std::lock_guard lock(mutex_);
    if (known(peer))
        return;
    if (why_not_.empty())
        throw Error(
            fmt::format("{} has a certificate of this network, but {}", peer, not_registered),
            engine::Kind::not_trusted)
            .remedy("if it was removed by mistake, install it anew; see locum node list");
    throw Error(fmt::format("{} cannot tell whether {} belongs to the cluster: it was not known "
                            "when the database answered last, and now it does not ({})",
                            own_, peer, why_not_))
        .remedy("see that the database can be reached from " + own_ + ", then try again");
}

void Members::require_server(const std::string& peer) {
    require(peer);
    if (peer == own_ || !load_datasource(layout_))
        return;
    const std::lock_guard lock(mutex_);
    if (!servers_.contains(peer) && why_not_.empty()) {
        asked_ = {}; // it may have become one since
        known(peer);
    }
    // While the registry is away nothing newer is known of it than that it is a member.
    if (!why_not_.empty() || servers_.contains(peer))
        return;
    throw Error(fmt::format("{} gives an order, and runs no server (any more)", peer),
                engine::Kind::not_trusted)
        .remedy("run the command on a node with a server (locum node list)");
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
            if (node.has_role("server"))
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
