#pragma once
// Processes that a rehearsal leaves running.

#include "cluster/service_record.hpp"
#include "cluster/service_units.hpp"
#include "rehearse/site.hpp"
#include "tests/support/child.hpp"

namespace locum::testing {

inline platform::ProcessId sleeper(const std::string& record) {
    platform::make_folders(platform::parent_of(record));
    platform::DetachedCommand command;
    command.argv = child({"sleep", "600000"});
    command.record_file = record;
    return platform::start_detached(command);
}

inline platform::ProcessId agent(const rehearse::Site& site, const std::string& node) {
    return sleeper(site.layout(node, "small").state_file("agent.record"));
}

inline platform::ProcessId service(const rehearse::Site& site, const std::string& node,
                                   const std::string& name) {
    const std::string folder = cluster::services_folder(site.layout(node, "small"));
    platform::make_folders(folder);
    cluster::ServiceRecord record;
    record.spec.name = name;
    record.spec.argv = child({"sleep", "600000"});
    cluster::store_service(folder, record);
    return sleeper(folder + "/" + name + ".record");
}

} // namespace locum::testing
