#include "cluster/service_end.hpp"

#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "platform/service.hpp"

namespace locum::cluster {

UnitCalls unit_calls() {
    return {platform::service_unit_installed, platform::kill_service_unit,
            platform::stop_service_unit};
}

std::vector<std::string> kill_services(const Layout& layout, engine::Failures& failures,
                                       const UnitCalls& calls) {
    const std::string folder = services_folder(layout);
    std::vector<ServiceRecord> records = load_services(folder);
    for (ServiceRecord& record : records) {
        record.wanted = false; // for the next agent
        failures.of([&] { store_service(folder, record); });
    }
    std::vector<std::string> stopped;
    for (const ServiceRecord& record : records) {
        const std::string unit = service_unit_name(layout.suite, record.spec.name);
        failures.of([&] {
            if (!calls.installed(unit))
                return;
            // It may have been killed all the same.
            failures.of([&] { calls.kill(unit); });
            calls.stop(unit, record.spec.stop_timeout);
            stopped.push_back(record.spec.name);
        });
    }
    return stopped;
}

} // namespace locum::cluster
