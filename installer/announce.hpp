#pragma once
// Tells every balancer of the cluster, and all else whose configuration lists them, the servers
// that the registry holds now.

#include "cluster/registry.hpp"
#include "suite/manifest.hpp"

namespace locum::installer {

// Each agent writes the configuration anew and takes it up without a stop. epoch: of the lease that
// the caller holds. without: a node that is about to leave, or whose server is; what else runs on
// one that stays is told, too. Throws Error naming the balancers that did not.
enum class Without { node, server };
void announce(const cluster::Layout& layout, cluster::Store& store, const suite::Manifest& manifest,
              std::uint64_t epoch, const std::string& without = "", Without what = Without::node);

} // namespace locum::installer
