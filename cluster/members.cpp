#include "cluster/members.hpp"

#include "cluster/registry.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>

namespace locum::cluster {

namespace {

constexpr std::chrono::seconds believed_for{2};

} // namespace

Members::Members(Layout layout) : layout_(std::move(layout)), own_(load_node_state(layout_).name) {}

void Members::require(const std::string& peer) {
    if (peer == own_ || known(peer))
        return;
    throw engine::Error(
        fmt::format("{} has a certificate of this network, but is not registered in it", peer),
        engine::Kind::not_trusted)
        .remedy("if it was removed by mistake, install it anew; see locum node list");
}

bool Members::known(const std::string& peer) {
    std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (names_.contains(peer) && now - asked_ < believed_for)
        return true;
    if (now - failed_ < believed_for)
        return names_.contains(peer);
    std::optional<datasource::Settings> settings = load_datasource(layout_);
    if (!settings)
        return true; // the server that it asks decides
    try {
        Store store(*settings, layout_.suite);
        std::set<std::string> names;
        for (const NodeRow& node : Registry(store).nodes())
            names.insert(node.name);
        names_ = std::move(names);
        asked_ = now;
    } catch (const engine::Error&) {
        failed_ =
            now; // the database is away: the last answer stands, and is not asked for by everyone
    }
    return names_.contains(peer);
}

} // namespace locum::cluster
