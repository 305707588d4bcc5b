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

void ManifestReader::read_outgoing() {}

} // namespace locum::suite
