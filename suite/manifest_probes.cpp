// How it is found out whether a component is well.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_probes() {
    for (Section section : file.list("probes")) {
        Probe probe;
        const Text name = section.text("name");
        probe.component = refer_one(references, section, "component");
        references.declare(section, fmt::format("probe of '{}'", probe.component), name);
        probe.name = name.value;
        if (section.has("http") == section.has("tcp"))
            section.fail(section.at(),
                         fmt::format("the probe '{}' with {} of 'http' and 'tcp'", name.value,
                                     section.has("http") ? "both" : "neither"),
                         "exactly one");
        if (section.has("http")) {
            HttpProbe http;
            http.url = with_variables(references, section, "http");
            http.status = static_cast<unsigned>(section.number("status", 100, 599, 200));
            http.body = section.text("body", "").value;
            probe.how = std::move(http);
        } else {
            probe.how = TcpProbe{with_variables(references, section, "tcp")};
        }
        section.done();
        manifest.probes.push_back(std::move(probe));
    }
}

} // namespace locum::suite
