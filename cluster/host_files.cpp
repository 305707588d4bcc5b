#include "cluster/host_files.hpp"

#include "datasource/script.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cluster {

using engine::Error;
using engine::Kind;

namespace {

// Beside the components' folders, whose names have no dot.
std::string kept(const Layout& layout, const std::string& version, const std::string& name) {
    return layout.version(version) + "/.host-files/" + name;
}

std::string remedy_for(const suite::Manifest& manifest, const suite::HostFile& file) {
    const suite::Component* component = manifest.component(file.component);
    if (component && !component->packages.empty())
        return fmt::format("install the version of {} that {} {} is made for (its own package: "
                           "dpkg -S {})",
                           fmt::join(component->packages, ", "), manifest.title,
                           manifest.version.text(), file.path);
    return fmt::format("install the version of the package with this file that {} {} is made for "
                       "(dpkg -S {})",
                       manifest.title, manifest.version.text(), file.path);
}

void check_script(const suite::Manifest& manifest, const suite::HostFile& file,
                  const std::string& text) {
    for (const auto& [kind, engine] : manifest.database.engines)
        for (const datasource::Migration& migration : engine.migrations)
            for (const datasource::MigrationPart& part : migration.run)
                if (part.host_file == file.name)
                    datasource::runnable(text, file.path, kind, part.for_shell);
}

std::string read(const suite::Manifest& manifest, const suite::HostFile& file) {
    if (!platform::exists(file.path))
        throw Error(fmt::format("the host file {} is missing; expected one with SHA-256 {}",
                                file.path, file.sha256),
                    Kind::refused)
            .remedy(remedy_for(manifest, file));
    if (!platform::is_regular_file(file.path))
        throw Error(fmt::format("the host file {} is a folder, device or pipe; expected a file "
                                "with SHA-256 {}",
                                file.path, file.sha256),
                    Kind::refused)
            .remedy(remedy_for(manifest, file));
    std::string text = platform::read_file(file.path);
    const std::string found = platform::sha256_hex(text);
    if (found != file.sha256)
        throw Error(fmt::format("the host file {} has SHA-256 {}; expected {}", file.path, found,
                                file.sha256),
                    Kind::refused)
            .remedy(remedy_for(manifest, file));
    check_script(manifest, file, text);
    return text;
}

template <class Visit>
void for_each_of(const suite::Manifest& manifest, const std::vector<std::string>& components,
                 Visit visit) {
    for (const suite::HostFile& file : manifest.host_files)
        if (std::find(components.begin(), components.end(), file.component) != components.end())
            visit(file);
}

} // namespace

std::map<std::string, std::string> read_host_files(const suite::Manifest& manifest,
                                                   const std::vector<std::string>& components) {
    std::map<std::string, std::string> files;
    for_each_of(manifest, components,
                [&](const suite::HostFile& file) { files[file.name] = read(manifest, file); });
    return files;
}

std::vector<engine::Finding> check_host_files(const suite::Manifest& manifest,
                                              const std::vector<std::string>& components) {
    std::vector<engine::Finding> findings;
    for_each_of(manifest, components, [&](const suite::HostFile& file) {
        try {
            read(manifest, file);
        } catch (const Error& error) {
            findings.push_back({"host-file", engine::Severity::error, error.one_line(),
                                "the file that the vendor tested with", error.remedy()});
        }
    });
    return findings;
}

bool keep_host_files(const std::map<std::string, std::string>& files, const Layout& layout,
                     const std::string& version) {
    bool made = false;
    for (const auto& [name, text] : files) {
        const std::string to = kept(layout, version, name);
        if (platform::exists(to) && platform::read_file(to) == text)
            continue;
        platform::make_folders(platform::parent_of(to));
        platform::write_file(to, text, 0644);
        made = true;
    }
    return made;
}

bool host_files_kept(const suite::Manifest& manifest, const Layout& layout,
                     const std::vector<std::string>& components) {
    bool all = true;
    for_each_of(manifest, components, [&](const suite::HostFile& file) {
        const std::string there = kept(layout, manifest.version.text(), file.name);
        all = all && platform::exists(there) &&
              platform::sha256_hex(platform::read_file(there)) == file.sha256;
    });
    return all;
}

void fill_host_files(suite::Manifest& manifest, const Layout& layout) {
    for (auto& [kind, engine] : manifest.database.engines)
        for (datasource::Migration& migration : engine.migrations)
            for (datasource::MigrationPart& part : migration.run) {
                if (part.host_file.empty())
                    continue;
                const std::string file = kept(layout, manifest.version.text(), part.host_file);
                if (platform::exists(file)) // a node without a server has none
                    part.sql = platform::read_file(file);
            }
}

} // namespace locum::cluster
