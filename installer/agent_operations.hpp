#pragma once
// What an agent tells of the program that it runs from, and how it is told to run from another.

#include "cluster/node.hpp"
#include "engine/version.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace locum::installer {

// In the answer to `facts`.
struct AgentProgram {
    std::string version;  // of Locum
    std::string system;   // "linux-x86_64"
    std::string runs;     // the version, of those that bundles brought here; "": from elsewhere
    std::string linked;   // what it runs from when it is started next; likewise
    std::string fault_of; // the version that did not come up at the last exchange …
    std::string fault;    // … and why; empty: it did
    // What is typed on the host to have it run from a version that is there; "": from elsewhere.
    std::map<std::string, std::string> commands;
    bool older_than(const engine::Version& other) const;
};
nlohmann::json agent_program_facts(const cluster::Layout& layout);
AgentProgram agent_program_from_json(const nlohmann::json& value);

// Command:
//   exchange {version, manifest}
//                        unpacks the program of the uploaded bundle of this manifest, "" where it
//                        is here already, tries it, and begins to run from it (cluster/
//                        agent_exchange.hpp); version "": from the one before any bundle's.
//                        Of a bundle none that is older than the agent; of those that are here only
//                        the ones of the last exchange
cluster::NodeOperations agent_operations();

} // namespace locum::installer
