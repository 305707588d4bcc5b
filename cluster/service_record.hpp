#pragma once
// A service as it is kept on disk, 0600, one file each.

#include "cluster/services.hpp"

namespace locum::cluster {

struct ServiceRecord {
    ServiceSpec spec;
    bool wanted = false; // that it runs
};

std::string to_json(const ServiceRecord& record);
// Throws as nlohmann/json does.
ServiceRecord service_from_json(const std::string& text);
// folder: the services'. Both throw Error with the file.
void store_service(const std::string& folder, const ServiceRecord& record);
std::vector<ServiceRecord> load_services(const std::string& folder);
void remove_service(const std::string& folder, const std::string& name);

// Why a service was kept from starting when it was about to; empty: it was not. systemd forgets
// that of a unit that does not run.
void note_held(const std::string& folder, const std::string& name, const std::string& why);
std::string held(const std::string& folder, const std::string& name);

// Throws Error(usage) where the spec says of no way to reload.
void require_reload(const ServiceSpec& spec);
// Runs the reload command. Throws Error where it does not do what it should.
void run_reload_command(const ServiceSpec& spec, const std::string& log_place);

} // namespace locum::cluster
