#include "installer/resources/version_files.hpp"

#include "cluster/host_files.hpp"
#include "engine/error.hpp"
#include "installer/file_differences.hpp"
#include "installer/resources/restoring.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/tree.hpp"
#include "suite/bundle.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::installer::resources {

using engine::Error;
using engine::Kind;
using engine::Reporter;
using engine::Severity;
using What = FileDifference::What;

namespace {

constexpr unsigned text_mode = 0644; // as cluster::stage() writes them

std::span<const suite::File> files_of(const suite::Manifest& manifest,
                                      const std::string& component) {
    const auto ours = [&](const suite::File& file) { return file.component == component; };
    const auto begin = std::find_if(manifest.files.begin(), manifest.files.end(), ours);
    return {begin, std::find_if_not(begin, manifest.files.end(), ours)};
}

std::string repair_command(const InstalledNode& node, const VersionHere& version) {
    return "locum repair" + std::string(version.bundle.empty() ? " BUNDLE" : "") +
           node.root_option();
}

suite::Bundle open_kept(const InstalledNode& node, const VersionHere& version) {
    if (version.bundle.empty())
        throw Error(fmt::format("no bundle of version {} is kept on this host, so its files cannot "
                                "be restored",
                                version.manifest.version.text()),
                    Kind::refused)
            .remedy("name it: locum repair BUNDLE" + node.root_option());
    return suite::Bundle::open(version.bundle, suite::PublicKey::parse(node.state.bundle_key));
}

void restore(const InstalledNode& node, const std::string& component, Reporter& reporter) {
    const VersionHere& version = *node.version(component);
    const std::string& name = node.version_of.at(component);
    const std::string folder = node.layout.component(name, component);
    restore_files(
        node, component, folder,
        file_differences(folder, files_of(version.manifest, component), node.owner),
        [&](const std::string& into) { open_kept(node, version).unpack(component, into); },
        reporter);
}

Drift cannot_tell(const std::string& id, const std::string& version) {
    return {{id, Severity::warning,
             fmt::format("neither a kept bundle nor the manifest of version {}", version),
             "the bundle, to compare with", "locum repair BUNDLE"},
            false};
}

// A text of the bundle as it is on disk: "" where it is as it should be.
std::string fault_of_text(const std::string& file, const std::string& sha256, std::uint32_t owner) {
    const auto entry = platform::look_at(file);
    if (!entry)
        return file + " is missing";
    if (entry->type != platform::FileEntry::Type::regular)
        return file + " is no file";
    if (platform::hashes_of({file}).front() != sha256)
        return file + " has another content";
    if (!platform::has_mode(entry->mode, text_mode) || entry->owner != owner)
        return fmt::format("{} has mode {:04o} and owner {}", file, entry->mode, entry->owner);
    return "";
}

// Path in the version's folder → SHA-256, of all but the components.
std::map<std::string, std::string> texts_of(const InstalledNode& node, const VersionHere& version) {
    std::map<std::string, std::string> texts{
        {".suite/manifest.toml", platform::sha256_hex(version.text)}};
    for (const suite::Part& part : version.manifest.parts)
        if (!part.path.starts_with("payload/"))
            texts[".suite/" + part.path] = part.sha256;
    for (const suite::HostFile& file : version.manifest.host_files)
        if (node.state.has(file.component))
            texts[".host-files/" + file.name] = file.sha256;
    return texts;
}

// What is in the version's folder, and neither a component's nor the bundle's.
std::vector<std::string> strangers(const InstalledNode& node, const VersionHere& version,
                                   const std::string& folder) {
    std::vector<std::string> paths;
    for (const std::string& name : platform::list_folder(folder))
        if (name != ".suite" && name != ".host-files" && !node.state.has(name))
            paths.push_back(folder + "/" + name);
    const std::map<std::string, std::string> texts = texts_of(node, version);
    for (const char* name : {".suite", ".host-files"})
        for (const platform::FileEntry& entry : platform::tree(fmt::format("{}/{}", folder, name)))
            if (const std::string below = fmt::format("{}/{}", name, entry.path);
                entry.type != platform::FileEntry::Type::folder && !texts.contains(below))
                paths.push_back(folder + "/" + below);
    return paths;
}

void restore_texts(const InstalledNode& node, const std::string& version, Reporter& reporter) {
    const VersionHere& here = node.versions.at(version);
    const std::string folder = node.layout.version(version);
    for (const std::string& stranger : strangers(node, here, folder))
        set_aside(node, stranger, reporter);
    std::optional<suite::Bundle> bundle;
    for (const auto& [name, sha256] : texts_of(node, here)) {
        const std::string file = folder + "/" + name;
        if (fault_of_text(file, sha256, node.owner).empty())
            continue;
        if (name.starts_with(".host-files/")) {
            platform::remove_all(file);
            cluster::keep_host_files(cluster::read_host_files(here.manifest, node.state.components),
                                     node.layout, version);
        } else {
            if (!bundle)
                bundle.emplace(open_kept(node, here));
            const std::string part = name.substr(std::string_view(".suite/").size());
            platform::remove_all(file);
            platform::make_folders(platform::parent_of(file));
            platform::write_file(
                file, part == "manifest.toml" ? bundle->manifest_text() : bundle->text(part),
                text_mode);
        }
        platform::set_owner(file, node.owner);
    }
}

} // namespace

Resource component_files(const InstalledNode& node, const std::string& component) {
    const std::string id = "files/" + component;
    const std::string& name = node.version_of.at(component);
    const std::string folder = node.layout.component(name, component);
    return {
        id,
        fmt::format("the files of {} {}", component, name),
        component,
        [&node, id, component, folder] {
            std::vector<Drift> drifts;
            const VersionHere* version = node.version(component);
            if (!version)
                return std::vector<Drift>{cannot_tell(id, node.version_of.at(component))};
            if (const std::string left = restored_folder(node, component); platform::exists(left))
                drifts.push_back(
                    {{id, Severity::error, left + " is there",
                      "nothing of a repair that was cut off", repair_command(node, *version)},
                     false});
            for (const FileDifference& one :
                 file_differences(folder, files_of(version->manifest, component), node.owner))
                drifts.push_back(
                    {{id, Severity::error, one.found, one.expected, repair_command(node, *version)},
                     one.what == What::missing || one.what == What::content});
            return drifts;
        },
        [&node, component](Reporter& reporter) { restore(node, component, reporter); },
        nullptr,
        nullptr};
}

Resource version_texts(const InstalledNode& node, const std::string& version) {
    const std::string id = "files/about-" + version;
    const std::string folder = node.layout.version(version);
    return {id,
            fmt::format("what the bundle says of version {}", version),
            "",
            [&node, id, version, folder] {
                std::vector<Drift> drifts;
                const auto found = node.versions.find(version);
                if (found == node.versions.end())
                    return std::vector<Drift>{cannot_tell(id, version)};
                const std::string remedy = repair_command(node, found->second);
                if (found->second.bundle.empty())
                    drifts.push_back(
                        {{id, Severity::warning,
                          fmt::format("no bundle of version {} in {}", version,
                                      node.layout.state_file("bundles")),
                          "the bundle, whose signature says what the files are", remedy},
                         false});
                for (const auto& [name, sha256] : texts_of(node, found->second))
                    if (const std::string fault =
                            fault_of_text(folder + "/" + name, sha256, node.owner);
                        !fault.empty())
                        drifts.push_back({{id, Severity::error, fault,
                                           fmt::format("SHA-256 {}, mode {:04o} and owner {}",
                                                       sha256, text_mode, node.owner),
                                           remedy},
                                          false});
                for (const std::string& stranger : strangers(node, found->second, folder))
                    drifts.push_back(
                        {{id, Severity::error, stranger, "nothing of this name", remedy}, false});
                return drifts;
            },
            [&node, version](Reporter& reporter) { restore_texts(node, version, reporter); },
            nullptr,
            nullptr};
}

Resource component_link(const InstalledNode& node, const std::string& component) {
    const std::string id = "files/link-" + component;
    const std::string link = node.layout.current(component);
    const std::string target = node.layout.component(node.version_of.at(component), component);
    return {id,
            fmt::format("the link that lets {} be version {}", component,
                        node.version_of.at(component)),
            "",
            [&node, id, link, target] {
                std::vector<Drift> drifts;
                const auto entry = platform::look_at(link);
                if (!entry || entry->target != target)
                    drifts.push_back(
                        {{id, Severity::error,
                          link + (!entry                  ? " is missing"
                                  : entry->target.empty() ? " is no link"
                                                          : " leads to " + entry->target),
                          "a link to " + target, "locum repair" + node.root_option()},
                         false});
                return drifts;
            },
            [&node, link, target](Reporter& reporter) {
                if (const auto entry = platform::look_at(link); entry && entry->target.empty())
                    set_aside(node, link, reporter);
                platform::make_folders(platform::parent_of(link));
                platform::switch_link(link, target);
            },
            nullptr,
            nullptr};
}

} // namespace locum::installer::resources
