#pragma once
// The agent of an installed node, and the services of its components.

#include "installer/installed_node.hpp"
#include "installer/resource.hpp"

namespace locum::installer::resources {

// The node must outlive what is made of it.
Resource agent(const InstalledNode& node);
Resource component_services(const InstalledNode& node, const std::string& component);

// Lets what runs work with what was put right: by the reload of the suite's manifest where only
// configurations differed, else by a stop and a start. Waits until its probes pass.
enum class TakeUp { reload, restart };
TakeUp how_to_take_up(const InstalledNode& node, const std::string& component, bool files_differ);
void take_up(const InstalledNode& node, const std::string& component, TakeUp how,
             engine::Reporter& reporter);
// Starts it where it does not run.
void start(const InstalledNode& node, const std::string& component, engine::Reporter& reporter);
// It is started by start() only, or by the next boot.
void stop(const InstalledNode& node, const std::string& component, engine::Reporter& reporter);
bool runs(const InstalledNode& node, const std::string& component);
// All its probes pass now.
bool is_well(const InstalledNode& node, const std::string& component);

} // namespace locum::installer::resources
