#include "installer/resources/program.hpp"

#include "cluster/program.hpp"
#include "installer/file_differences.hpp"
#include "installer/resources/restoring.hpp"
#include "platform/files.hpp"
#include "platform/operating_system.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer::resources {

using engine::Reporter;
using engine::Severity;

namespace {

std::string name_of_payload() {
    return std::string(suite::program_name);
}

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
    if (const std::string left = restored_folder(node, name_of_payload()); platform::exists(left))
        drifts.push_back({{id, Severity::error, left + " is there",
                           "nothing of a repair that was cut off", repair},
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

void restore(const InstalledNode& node, Reporter& reporter) {
    const VersionHere* source = node.program_source();
    if (source && !source->bundle.empty()) {
        const std::string folder = node.layout.programs() + "/" + node.program_version;
        restore_files(
            node, name_of_payload(), folder,
            file_differences(folder, files_of(source->manifest), node.owner),
            [&](const std::string& into) {
                suite::ProgramBundle::open(source->bundle,
                                           suite::PublicKey::parse(node.state.bundle_key))
                    .unpack(platform::system_name(), into);
            },
            reporter);
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
            [&node](Reporter& reporter) { restore(node, reporter); },
            nullptr,
            nullptr};
}

} // namespace locum::installer::resources
