#pragma once
// What a host that is to join learns of the cluster, and the cluster of it, before anything is
// changed: whether it is admitted, whose clock is off, and who cannot reach whom.

#include "cluster/introduction.hpp"
#include "installer/install.hpp"

#include <set>

namespace locum::installer {

// Adds findings, or sets not_admitted. Nothing is asked on a first node. connect_back: how much it
// is that a server cannot connect to this host's future agent: a warning where the installation
// itself will open the host's firewall for it.
void meet_cluster(Prepared& prepared, engine::Severity connect_back = engine::Severity::error);

// "reach": connections that cannot be made, of `from`. silent: nodes that do not answer others
// either are not for the network to mend; what is there is a warning. Where the other side refuses
// a port of the suite, nothing on the way is wrong: a warning, too; and so is one of the
// addresses of members_only, whose firewall may admit this host when it is a member.
std::vector<engine::Finding>
reach_findings(const std::string& from, const std::vector<cluster::Unreached>& failed,
               const std::vector<std::pair<std::string, std::string>>& silent = {},
               const std::set<std::string>& members_only = {});

} // namespace locum::installer
