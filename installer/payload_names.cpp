#include "installer/payload_names.hpp"

#include "cluster/layout.hpp"
#include "engine/contains.hpp"
#include "platform/file_names.hpp"
#include "suite/systems.hpp"

#include <fmt/format.h>

namespace locum::installer {

using engine::Finding;

namespace {

Finding finding(const std::string& found, const std::string& component, const std::string& system) {
    return {"payload-names", engine::Severity::error,
            fmt::format("{} in the bundle's files for {}", found, component),
            "names that a host of " + system + " can have",
            "ask the vendor for a bundle that locum bundle lint finds nothing in"};
}

} // namespace

std::vector<Finding> payload_name_findings(const suite::Manifest& manifest,
                                           const std::vector<std::string>& components,
                                           const std::string& who) {
    std::vector<Finding> findings;
    if (!suite::means("windows", manifest.system))
        return findings;
    for (const std::string& component : components) {
        std::vector<std::string> paths;
        for (const suite::File& file : manifest.files) {
            if (file.component != component)
                continue;
            paths.push_back(file.path);
            if (const std::string fault = platform::windows_path_fault(file.path); !fault.empty())
                findings.push_back(
                    finding(fmt::format("{}'{}', of which {}", who, file.path, fault), component,
                            manifest.system));
        }
        for (const auto& [one, other] : platform::names_that_differ_by_case_only(paths))
            findings.push_back(
                finding(fmt::format("{}'{}' and '{}', which are one name there,", who, one, other),
                        component, manifest.system));
    }
    return findings;
}

std::vector<Finding> program_path_findings(const suite::Manifest& manifest,
                                           const std::vector<std::string>& components,
                                           const std::string& product, const std::string& remedy,
                                           const std::string& who) {
    if (!suite::means("windows", manifest.system))
        return {};
    std::string longest;
    for (const suite::File& file : manifest.files) {
        if (!engine::contains(components, file.component) ||
            !platform::is_windows_program(file.path))
            continue;
        std::string path =
            cluster::component_below(product, manifest.version.text(), file.component) + "/" +
            file.path;
        if (platform::windows_length(path) > platform::windows_length(longest))
            longest = std::move(path);
    }
    const std::size_t length = platform::windows_length(longest);
    if (length <= platform::longest_windows_program)
        return {};
    return {{"program-path", engine::Severity::error,
             fmt::format("{}{} ({} characters)", who, longest, length),
             fmt::format("at most {} characters: Windows starts no program with a longer path",
                         platform::longest_windows_program),
             remedy}};
}

} // namespace locum::installer
