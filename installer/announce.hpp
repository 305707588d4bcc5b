#pragma once
// Tells every balancer of the cluster the servers that the registry holds now.

#include "cluster/registry.hpp"
#include "suite/manifest.hpp"

namespace locum::installer {

// Each balancer's agent writes its configuration anew and takes it up without a stop. epoch: of the
// lease that the caller holds. without: a node that is about to leave, or whose server is; a
// balancer of one that stays is told, too. Throws Error naming the balancers that did not.
enum class Without { node, server };
void announce(const cluster::Layout& layout, cluster::Store& store, const suite::Manifest& manifest,
              std::uint64_t epoch, const std::string& without = "", Without what = Without::node);

} // namespace locum::installer
