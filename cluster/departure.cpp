#include "cluster/departure.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>

namespace locum::cluster {

namespace {

bool marked(const Layout& layout, const char* marker, const NodeState& own) {
    const std::string file = layout.state_file(marker);
    return platform::exists(file) && platform::read_file(file) == own.installation_id;
}

} // namespace

bool leaves_by_itself(const Layout& layout, const NodeState& own) {
    return platform::exists(layout.state_file(leaving_marker)) || marked(layout, left_marker, own);
}

bool is_removed(const NodeState& own, const std::string& cluster,
                const std::vector<NodeRow>& nodes) {
    bool served = false;
    for (const NodeRow& node : nodes) {
        if (node.installation == own.installation_id)
            return false;
        served = served || node.has_role("server");
    }
    return served && cluster == own.cluster_id;
}

bool is_removed(Store& store, const NodeState& own) {
    Registry registry(store);
    return is_removed(own, registry.fact(fact::cluster), registry.nodes());
}

void keep_removed(const Layout& layout, const NodeState& own) {
    platform::write_file(layout.state_file(removed_marker), own.installation_id, 0600);
}

void forget_removed(const Layout& layout) {
    platform::remove_all(layout.state_file(removed_marker));
}

bool known_as_removed(const Layout& layout, const NodeState& own) {
    return marked(layout, removed_marker, own);
}

void require_not_removed(Store& store, const Layout& layout, const NodeState& own) {
    if (is_removed(store, own))
        throw engine::Error(
            fmt::format("this host was removed from its cluster, where it was {}{}", own.name,
                        known_as_removed(layout, own) ? "; its agent has stopped its services"
                                                      : ""),
            engine::Kind::refused)
            .remedy(way_back(layout));
}

std::string way_back(const Layout& layout) {
    return fmt::format("locum uninstall{}, then install it anew",
                       layout.root.empty() ? "" : " --root " + layout.root);
}

} // namespace locum::cluster
