#pragma once
// What a suite asks of a host, held against what the host is: values in, findings out. who: in
// front of what was found, "node-2: " of a node; "" of the host that is being installed.

#include "engine/check.hpp"
#include "installer/host_facts.hpp"
#include "suite/manifest.hpp"

#include <string>
#include <vector>

namespace locum::installer {

using Components = std::vector<std::string>;

// Space that something will take in a folder of HostFacts.
struct Need {
    std::string folder; // its name there
    std::string what;
    std::uint64_t bytes = 0;
};
// Of one file system: all that goes there.
struct FileSystemNeed {
    struct Part {
        std::string folder; // its name in HostFacts
        std::string path;
        std::string what;
        std::uint64_t bytes = 0; // 0: nothing yet
    };
    platform::FileSystem system;
    std::uint64_t bytes = 0; // of all parts
    std::vector<Part> parts;
};
// One for each file system that the folders of the needs are on. A folder that the facts do not
// have is passed over.
std::vector<FileSystemNeed> needs_by_file_system(const HostFacts& host,
                                                 const std::vector<Need>& needs);
// "disk", one for each file system that has not enough for all that goes there.
std::vector<engine::Finding> disk_findings(const HostFacts& host, const std::vector<Need>& needs,
                                           const std::string& who = "");

// Of the files of the components, unpacked, in whole blocks.
std::uint64_t unpacked_bytes(const suite::Manifest& manifest, const Components& components);
// The same, or the manifest's disk-mb where that is more.
std::uint64_t product_bytes(const suite::Manifest& manifest, const Components& components);

// What a selection takes, one a component and, named "together", the whole.
struct ComponentNeed {
    std::string component;
    std::uint64_t disk_bytes = 0;
    std::uint64_t memory_mb = 0;
};
std::vector<ComponentNeed> needs_of(const suite::Manifest& manifest, const Components& components);

// What an installation writes. to_unpack: without components that take no more space.
// keeps_bundle: a copy of it is kept; false where there is one already.
std::vector<Need> needs_of_installation(const suite::Manifest& manifest,
                                        const Components& to_unpack, bool keeps_bundle = true);

// What the logs of a host may take before anybody looks after them.
inline constexpr std::uint64_t logs_bytes = 16ULL << 20;
// Keys, journals, registry's cache and service records.
inline constexpr std::uint64_t state_bytes = 4ULL << 20;

// "memory", "os", "arch", "noexec"; and what the manifest advises, as warnings
// "advice-memory", "advice-cores".
std::vector<engine::Finding> host_findings(const suite::Manifest& manifest,
                                           const Components& components, const HostFacts& host,
                                           const std::string& who = "");

// "advice": of components on one host, and, with the components of the cluster's other nodes, of
// how many there are of each.
std::vector<engine::Finding> advice_findings(const suite::Manifest& manifest,
                                             const Components& components,
                                             const std::vector<Components>& others);

// "datasource-version": of the engine that the manifest names. version_num: PostgreSQL's
// server_version_num, 150006 for 15.6.
std::vector<engine::Finding> database_version_findings(const suite::Engine& engine,
                                                       unsigned version_num);

} // namespace locum::installer
