#pragma once
// What a host is and has, as far as a suite asks for it: the same facts of the host of an
// installation and, by its agent, of a node that is to be upgraded.

#include "cluster/layout.hpp"
#include "platform/file_system.hpp"
#include "platform/operating_system.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace locum::installer {

// A folder that is written, or will be.
struct Folder {
    std::string path;
    platform::FileSystem system; // that holds it, or will
};

struct HostFacts {
    platform::OperatingSystem system;
    std::string architecture;
    unsigned cores = 0;
    std::uint64_t memory_bytes = 0;
    std::map<std::string, Folder> folders; // "product", "state", "logs", "data"
};

HostFacts look_at_host(const cluster::Layout& layout, const std::string& data_folder);

std::string to_json(const HostFacts& facts);
HostFacts host_facts_from_json(const std::string& text);

} // namespace locum::installer
