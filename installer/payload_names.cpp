#include "installer/payload_names.hpp"

#include "engine/contains.hpp"
#include "platform/file_names.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <cctype>
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

// Of CreateProcess, though files may have longer paths; without the NUL of MAX_PATH.
constexpr std::size_t longest_program_path = 259;

std::size_t characters(const std::string& path) {
    return static_cast<std::size_t>(std::count_if(path.begin(), path.end(), [](char byte) {
        return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
    }));
}

bool is_program(std::string path) {
    constexpr std::string_view end = ".exe";
    path.erase(0, path.size() - std::min(path.size(), end.size()));
    return std::equal(path.begin(), path.end(), end.begin(), end.end(), [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    });
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
    for (const suite::File& file : manifest.files)
        if (engine::contains(components, file.component) && is_program(file.path))
            if (std::string path = fmt::format("{}/versions/{}/{}/{}", product,
                                               manifest.version.text(), file.component, file.path);
                characters(path) > characters(longest))
                longest = std::move(path);
    if (characters(longest) <= longest_program_path)
        return {};
    return {{"program-path", engine::Severity::error,
             fmt::format("{}{} ({} characters)", who, longest, characters(longest)),
             fmt::format("at most {} characters: Windows starts no program with a longer path",
                         longest_program_path),
             remedy}};
}

} // namespace locum::installer
