// Names in payloads that a system of the suite's hosts cannot have.

#include "platform/file_names.hpp"
#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

constexpr std::string_view windows = "windows-";

bool runs_on_windows(const Source& source) {
    if (source.manifest.whole)
        return means("windows", source.manifest.system);
    const auto is_windows = [](const auto& program) { return program.first.starts_with(windows); };
    const auto& program = source.manifest.program;
    return (program && std::any_of(program->files.begin(), program->files.end(), is_windows)) ||
           std::any_of(source.missing_programs.begin(), source.missing_programs.end(), is_windows);
}

void lint_payload(const Spot& at, const std::string& component, const std::vector<File>& files,
                  Remarks& remarks) {
    std::vector<std::string> paths;
    for (const File& file : files) {
        paths.push_back(file.path);
        if (const std::string fault = platform::windows_path_fault(file.path); !fault.empty())
            remarks.error(at, {"name-for-windows",
                               fmt::format("'{}' in the payload of '{}', which Windows cannot "
                                           "have: {}",
                                           file.path, component, fault),
                               "names that every system of the suite's hosts can have",
                               fmt::format("rename {}", file.path)});
        if (file.type == File::Type::symlink)
            remarks.warning(at, {"link-for-windows",
                                 fmt::format("the link '{}' in the payload of '{}', which only an "
                                             "administrator can make on Windows",
                                             file.path, component),
                                 "files", fmt::format("put the file itself at {}", file.path)});
    }
    for (const auto& [one, other] : platform::names_that_differ_by_case_only(paths))
        remarks.error(at, {"names-differ-by-case",
                           fmt::format("'{}' and '{}' in the payload of '{}', which are the same "
                                       "name on Windows",
                                       one, other, component),
                           "names that differ by more than the case of letters",
                           fmt::format("rename {}", other)});
}

} // namespace

void lint_names(const Source& source, Remarks& remarks) {
    if (!runs_on_windows(source))
        return;
    for (const auto& [component, files] : source.payloads)
        lint_payload(table_at(source, {"components", component}), component, files, remarks);
}

} // namespace locum::suite
