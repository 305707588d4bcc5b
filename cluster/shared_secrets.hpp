#pragma once
// The secrets that a suite's cluster shares, {secret.NAME}, and how each node comes by them.
//
// All are derived from one seed that is made with the cluster, so a new version of the suite may
// declare new ones. Servers hold the seed, sealed, as they hold the CA's key: it comes with the
// join. A node without a server must not be able to compute what is not its components', so it
// holds values: they come with the join and, in an upgrade, from the coordinator before the bundle
// is staged. They have a verb of their own, `secrets`, since commands are recorded in journals.

#include "cluster/layout.hpp"
#include "datasource/connection.hpp"
#include "engine/secret.hpp"
#include "suite/manifest.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::cluster {

// In its form. Differs by seed, suite, name, form and bytes.
engine::Secret derived(const engine::Secret& seed, const std::string& suite,
                       const suite::SharedSecret& secret);

// On a server: what a node with these components is to hold, JSON; "{}" where it is nothing.
engine::Secret secrets_for(const Layout& layout, const suite::Manifest& manifest,
                           const std::vector<std::string>& components);
// On a node without a server: keeps them beside those of other versions, sealed. Throws
// Error(not_trusted) where it holds another value.
void keep_secrets(const Layout& layout, const engine::Secret& given);

// The same, and nothing beside them stays.
void replace_secrets(const Layout& layout, const engine::Secret& given);

// A component's on this node, by name; reads nothing where the manifest declares none. Throws
// Error(needs_attention) where this node has not got one.
std::map<std::string, engine::Secret>
secrets_of(const Layout& layout, const suite::Manifest& manifest, const std::string& component);
// All of those components are here.
bool holds_secrets(const Layout& layout, const suite::Manifest& manifest,
                   const std::vector<std::string>& components);

// All of this node that nobody may read in an error or a log, for engine::redacted(): the shared
// secrets of the manifest that it holds, its other components' too, and the datasource's passwords.
engine::Secrets known_secrets(const Layout& layout, const suite::Manifest& manifest,
                              const std::optional<datasource::Settings>& settings);

} // namespace locum::cluster
