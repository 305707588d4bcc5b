// What a component expects around it: files of the host's packages, connections to the outside.

#include "suite/manifest_reader.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

// Absolute, and said in one way only: without empty folders, "." and "..".
bool is_plain_absolute(const std::string& path) {
    if (path.size() < 2 || path.front() != '/' || path.back() == '/')
        return false;
    if (std::any_of(path.begin(), path.end(), [](char c) { return c < ' ' || c > '~'; }))
        return false;
    for (const char* part : {"//", "/./", "/../"})
        if ((path + "/").find(part) != std::string::npos)
            return false;
    return true;
}

} // namespace

void ManifestReader::read_host_files() {
    for (Section section : file.list("host-files")) {
        HostFile host;
        const Text name = section.text("name");
        references.declare(section, "host-file", name);
        host.name = name.value;
        host.component = refer_one(references, section, "component");
        const Text path = section.text("path");
        if (!is_plain_absolute(path.value))
            section.fail(path.at, fmt::format("'{}' for 'path'", path.value),
                         "an absolute path of printable ASCII, without '.' and '..'");
        host.path = path.value;
        host.sha256 = read_sha256(section);
        section.done();
        manifest.host_files.push_back(std::move(host));
    }
}

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
