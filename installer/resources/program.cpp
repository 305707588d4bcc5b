#include "installer/resources/program.hpp"

#include "cluster/program.hpp"
#include "installer/file_differences.hpp"
#include "platform/files.hpp"
#include "platform/operating_system.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer::resources {

using engine::Reporter;
using engine::Severity;

namespace {

std::vector<suite::File> files_of(const suite::Manifest& manifest) {
    std::vector<suite::File> files;
    std::copy_if(manifest.files.begin(), manifest.files.end(), std::back_inserter(files),
                 [](const suite::File& file) {
                     return file.component == suite::program_payload(platform::system_name());
                 });
    return files;
}

std::vector<Drift> drift_of(const InstalledNode& node, const std::string& id) {
    std::vector<Drift> drifts;
    const std::string repair = "locum repair" + node.root_option();
    const std::string folder = node.layout.programs() + "/" + node.program_version;
    if (cluster::linked_program(node.layout) != node.program_version)
        drifts.push_back(
            {{id, Severity::error,
              fmt::format("no link at {}",
                          platform::parent_of(cluster::linked_program_file(node.layout))),
              "one to " + folder, repair},
             false});
    const VersionHere* source = node.program_source();
    if (!source) {
        drifts.push_back({{id, Severity::warning,
                           fmt::format("no bundle that brings Locum {}, which the agent runs from",
                                       node.program_version),
                           "one, to compare with", "locum repair BUNDLE" + node.root_option()},
                          false});
        return drifts;
    }
    const std::vector<suite::File> files = files_of(source->manifest);
    for (const FileDifference& one : file_differences(folder, files, node.owner))
        drifts.push_back({{id, Severity::error, one.found, one.expected, repair}, false});
    return drifts;
}

void restore(const InstalledNode& node) {
    const VersionHere* source = node.program_source();
    if (source && !source->bundle.empty()) {
        const std::string folder = node.layout.programs() + "/" + node.program_version;
        if (!file_differences(folder, files_of(source->manifest), node.owner).empty()) {
            // Beside it first, since what runs goes on with what is there.
            const std::string fresh = node.layout.product() + "/restored-locum";
            platform::remove_all(fresh);
            suite::ProgramBundle::open(source->bundle,
                                       suite::PublicKey::parse(node.state.bundle_key))
                .unpack(platform::system_name(), fresh);
            platform::remove_all(folder);
            platform::make_folders(node.layout.programs());
            platform::rename_durably(fresh, folder);
        }
    }
    cluster::link_program(node.layout, node.program_version);
}

} // namespace

Resource program(const InstalledNode& node) {
    const std::string id = "files/locum";
    return {id,
            fmt::format("Locum {}, which the agent runs from", node.program_version),
            "",
            [&node, id] { return drift_of(node, id); },
            [&node](Reporter&) { restore(node); },
            nullptr,
            nullptr};
}

} // namespace locum::installer::resources
