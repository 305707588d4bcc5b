#pragma once
// How a node comes to know that it belongs to its cluster no more: it left by itself, or the others
// removed it by name while nobody could tell it.

#include "cluster/registry.hpp"

namespace locum::cluster {

// Files in the state folder. The last two hold the installation that they count for.
inline constexpr const char* leaving_marker = "leaving"; // its uninstallation takes it out just now
inline constexpr const char* left_marker = "left";       // it did
inline constexpr const char* removed_marker = "removed"; // by the others

// Marked as leaving, or as one that has left.
bool leaves_by_itself(const Layout& layout, const NodeState& own);

// What a registry answered says that this node was removed: it is this cluster's, has a server, and
// no row of this installation. One without any server is no answer, but damaged, or just being
// restored: the last server is not removed by name.
bool is_removed(const NodeState& own, const std::string& cluster,
                const std::vector<NodeRow>& nodes);
// Asks it. Throws Error where it does not answer.
bool is_removed(Store& store, const NodeState& own);

// What the registry said is kept: nothing is started on this host as long as it does not say
// otherwise, not while it is away either.
void keep_removed(const Layout& layout, const NodeState& own);
void forget_removed(const Layout& layout);
bool known_as_removed(const Layout& layout, const NodeState& own);

// Asks the registry; throws Error(refused) with the way out where this node was removed.
void require_not_removed(Store& store, const Layout& layout, const NodeState& own);
// That way out.
std::string way_back(const Layout& layout);

} // namespace locum::cluster
