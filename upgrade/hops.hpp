#pragma once
// Which versions a cluster goes through where the new one does not upgrade it directly: each hop is
// an upgrade of its own (decision 0028). Pure functions of versions, schemas and manifests.

#include "engine/error.hpp"
#include "suite/bundle.hpp"
#include "upgrade/facts.hpp"

#include <optional>
#include <vector>

namespace locum::upgrade {

// Of the versions that a bundle carries.
using Manifests = std::vector<const suite::Manifest*>;
Manifests carried_by(const suite::Bundle& bundle);

// The version upgrades a database of this schema, by its manifest.
bool reaches(const suite::Manifest& to, const std::string& schema);

// The fewest versions to go through before `to`, as indexes in `carried`; of ways with as many the
// one by the newest versions. Empty: it is reached directly, or is older than what runs. nullopt:
// there is no way. version, schema: of the cluster.
std::optional<std::vector<std::size_t>> hops(const engine::Version& version,
                                             const std::string& schema, const suite::Manifest& to,
                                             const Manifests& carried);

// Where there is none: Kind::version_between, with what is missing and how it is made.
engine::Error no_way(const std::string& schema, const suite::Manifest& to,
                     const Manifests& carried);

// The cluster as it will be when it runs this version, as far as its manifest says. What keeps its
// database from being copied is known then only.
ClusterFacts after(ClusterFacts facts, const suite::Manifest& version,
                   const std::string& manifest_sha256);

} // namespace locum::upgrade
