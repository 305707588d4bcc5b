// The service control manager is not used yet: the agent starts and stops what a node runs, as on a
// host without systemd. So nothing here is ever installed, and only what is asked has an answer.
#include "platform/service.hpp"

#include "engine/error.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

[[noreturn]] void not_used(const std::string& name) {
    throw engine::Error(
        fmt::format("{} cannot be a service of Windows: services are run by Locum's "
                    "agent on this system",
                    name))
        .remedy("start the agent: locum agent start");
}

} // namespace

bool service_manager_runs() {
    return false;
}

void install_service_unit(const std::string& name, const std::string&) {
    not_used(name);
}

void enable_service_unit(const std::string& name) {
    not_used(name);
}

void remove_service_unit(const std::string&) {}

bool service_unit_gone(const std::string&) {
    return true;
}

bool service_unit_installed(const std::string&) {
    return false;
}

std::string service_unit_text(const std::string&) {
    return "";
}

std::string service_unit_enablement(const std::string&) {
    return "";
}

void start_service_unit(const std::string& name) {
    not_used(name);
}

void restart_service_unit(const std::string& name) {
    not_used(name);
}

void start_transient_unit(const std::string& name, const std::vector<std::string>&,
                          const std::map<std::string, std::string>&) {
    not_used(name);
}

void stop_service_unit(const std::string&, std::chrono::milliseconds) {}

void reload_service_unit(const std::string& name) {
    not_used(name);
}

void kill_service_unit(const std::string&) {}

ServiceUnitState service_unit_state(const std::string&) {
    return {"inactive", "", 0, 0};
}

std::vector<ServiceUnitState> service_unit_states(const std::vector<std::string>& names) {
    return std::vector<ServiceUnitState>(names.size(), service_unit_state(""));
}

std::string service_unit_log(const std::string&, unsigned) {
    return "";
}

} // namespace locum::platform
