// What a component expects around it: files of the host's packages, connections to the outside.

#include "suite/manifest_reader.hpp"
#include "suite/paths.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::string_view sha256_of_nothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_host(std::string_view name) {
    return !name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-._") == name.npos;
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
        if (!is_plain_absolute(path.value) || !is_ascii(path.value))
            section.fail(path.at, fmt::format("'{}' for 'path'", path.value),
                         "an absolute path of printable ASCII, without '.' and '..'");
        host.path = path.value;
        host.sha256 = read_sha256(section);
        if (host.sha256 == sha256_of_nothing)
            section.fail(section.text("sha256").at, "the sum of an empty file for 'sha256'",
                         "that of a file with SQL for migrations");
        section.done();
        manifest.host_files.push_back(std::move(host));
    }
}

void ManifestReader::read_outgoing() {
    for (Section section : file.list("outgoing")) {
        Outgoing outgoing;
        outgoing.component = refer_one(references, section, "component");
        const Text to = section.one_line("to");
        outgoing.to = to.value;
        const std::size_t colon = std::min(to.value.find(':'), to.value.size());
        const std::string port = to.value.substr(std::min(colon + 1, to.value.size()));
        const bool number =
            !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == port.npos;
        if (!is_host(std::string_view(to.value).substr(0, colon)) || !number ||
            std::stoul(port) == 0 || std::stoul(port) > 65535)
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
