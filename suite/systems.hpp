#pragma once
// What differs by the system of a host. A manifest's words for it are a system, "windows-x86_64",
// or all of one kind, "windows"; a bundle is read once, and then looked at as a host of one system
// does, so that nobody else need know that there are others.

#include "suite/manifest.hpp"

namespace locum::suite {

// "linux-x86_64", as platform::system_name() says it.
bool is_system(std::string_view text);
// A system, or the kind of one: "linux".
bool is_system_word(std::string_view text);
constexpr std::string_view system_word_rule =
    "systems such as \"windows-x86_64\", or all of a kind such as \"linux\"";

// The word means the system.
bool means(std::string_view word, std::string_view system);
// One of the words does, or there is none.
bool hold_on(const std::vector<std::string>& words, std::string_view system);
// There may be a system that both mean; none means each.
bool overlap(const std::vector<std::string>& one, const std::vector<std::string>& other);

// The component's payloads, by which a bundle has its parts and lists of files, and their folders
// in the suite's source: "server", or "server.windows-x86_64" for each of its words.
std::map<std::string, std::string> payload_folders(const Component& component);
// The one for a host of the system; the narrower word counts. Empty: none.
std::string payload_name(const Component& component, std::string_view system);

// An entry of the component with these words for systems holds on hosts of the system.
bool is_here(const Manifest& manifest, std::string_view component,
             const std::vector<std::string>& words, std::string_view system);

// The manifest as hosts of the system see it: services, configs and probes that hold there, and
// of each component the payload and files that are for it, under the component's own name. It has
// all components, ports and topologies of the cluster, and the list of all parts. Of such a
// manifest again: that of another system.
Manifest for_system(const Manifest& manifest, const std::string& system);
// What it was made from; itself where it is the whole.
const Manifest& whole_of(const Manifest& manifest);
// The same as for_system(manifest, system).services_of(component).
std::vector<std::string> services_of(const Manifest& manifest, std::string_view component,
                                     std::string_view system);

// Hosts of the manifest's system can have the component: there is a payload for it and for all that
// it requires beside it. Of the whole manifest: always.
bool is_offered(const Manifest& manifest, std::string_view component);
// "windows-x86_64, linux"; "every system".
std::string systems_text(const Component& component);

// All that a whole manifest tells apart, sorted; a kind of which it names systems stands for the
// others of that kind. Empty: nothing differs.
std::vector<std::string> systems_of(const Manifest& manifest);

} // namespace locum::suite
