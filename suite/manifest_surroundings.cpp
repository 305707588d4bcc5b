// What a component expects around it: files of the host's packages, connections to the outside.

#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

void ManifestReader::read_host_files() {}

void ManifestReader::read_outgoing() {
    for (Section section : file.list("outgoing")) {
        Outgoing outgoing;
        outgoing.component = refer_one(references, section, "component");
        const Text to = section.text("to");
        outgoing.to = to.value;
        const std::size_t colon = to.value.rfind(':');
        const std::string port = colon == to.value.npos ? "" : to.value.substr(colon + 1);
        const bool number =
            !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
        if (colon == 0 || !number || std::stoul(port) == 0 || std::stoul(port) > 65535 ||
            to.value.find_first_of(" /{}") != to.value.npos || to.value.find(':') != colon)
            section.fail(to.at, fmt::format("'{}' for 'to'", to.value),
                         "HOST:PORT, a name or an IPv4 address with a port from 1 to 65535");
        outgoing.optional = section.flag("optional", false);
        section.done();
        for (const Outgoing& other : manifest.outgoing)
            if (other.component == outgoing.component && other.to == outgoing.to)
                section.fail(to.at,
                             fmt::format("a second '{}' of the component '{}'", to.value,
                                         outgoing.component),
                             "each connection of a component once");
        manifest.outgoing.push_back(std::move(outgoing));
    }
}

} // namespace locum::suite
