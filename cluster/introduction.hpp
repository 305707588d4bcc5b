#pragma once
// What a cluster tells a host that asks to join, beside whether it may: whom it must reach, who
// reaches it, and the database's clock.

#include "cluster/reach.hpp"
#include "cluster/registry.hpp"
#include "suite/manifest.hpp"

#include <optional>
#include <string>
#include <vector>

namespace locum::cluster {

struct Introduction {
    std::string by; // the server that answered; "": an older Locum, which tells nothing
    std::optional<std::int64_t> database_ahead_ms; // of that server's clock
    std::vector<Reach> needs;                      // what the host must reach
    // Members that cannot reach the host where its agent will be: name → why.
    std::vector<std::pair<std::string, std::string>> cannot_reach_it;
    // Members that do not answer the server either: name → why.
    std::vector<std::pair<std::string, std::string>> silent;
    // Of all members, without the host.
    std::vector<NodeRow> members;
};

// What a node with these components must reach of the others: every agent but its own; the
// database, with a server; the balanced ports of all servers, with the balancer. Pure.
std::vector<Reach> needs_of(const NodeRow& node, const std::vector<NodeRow>& all,
                            const suite::Manifest& manifest, const datasource::Settings& settings);

// The server's side. at: where the host's agent will be; its greeting is empty where it does not
// listen there.
Introduction introduce(const Layout& layout, const NodeRow& joining, const Reach& at);

std::string to_json(const Introduction& introduction);
Introduction introduction_from_json(const std::string& text);

} // namespace locum::cluster
