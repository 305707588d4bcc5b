#include "installer/resources/configs.hpp"

#include "engine/error.hpp"
#include "engine/failpoint.hpp"
#include "installer/config_files.hpp"
#include "platform/accounts.hpp"
#include "platform/files.hpp"
#include "platform/tree.hpp"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>

namespace locum::installer::resources {

using engine::Error;
using engine::Kind;
using engine::Reporter;
using engine::Severity;
using platform::FileEntry;

namespace {

// Behind the name of a config that somebody changed and a repair replaced.
constexpr const char* before_repair = ".before-repair";

// What may be ours beside a config; what a command that was killed left there may hold secrets.
constexpr std::array<const char*, 3> suffixes_of_ours = {before_repair, fresh, candidate};

std::vector<Rendered> rendered(const InstalledNode& node, const std::string& component) {
    if (!node.cluster.why_not.empty())
        throw Error(
            fmt::format("the servers of the cluster cannot be asked for: {}", node.cluster.why_not))
            .remedy("see that the database, or an agent on a server, can be reached from here");
    const cluster::InstalledVersion version(node.layout, node.version_of.at(component));
    return render_configs(node.layout, node.state, version, component, node.datasource,
                          node.cluster.servers);
}

// In words that hold nothing of the content, which may be secret.
std::string first_other_line(const std::string& found, const std::string& expected) {
    std::size_t line = 1;
    std::size_t at = 0;
    for (; at < found.size() && at < expected.size() && found[at] == expected[at]; ++at)
        line += found[at] == '\n';
    return fmt::format("line {}", line);
}

std::optional<Drift> drift_of(const Rendered& file, const std::string& id,
                              const std::string& remedy) {
    const auto drift = [&](const std::string& found, const std::string& expected, bool in_use) {
        return Drift{{id, Severity::error, found, expected, remedy}, in_use};
    };
    const auto entry = platform::look_at(file.to);
    if (!entry || entry->type != FileEntry::Type::regular)
        return drift(file.to + (entry ? " is no file" : " is missing"), "the rendered file", true);
    if (const std::string content = platform::read_file(file.to); content != file.content)
        return drift(fmt::format("{} has another content, from {} on", file.to,
                                 first_other_line(content, file.content)),
                     "what its template gives on this node (not shown, as it may hold secrets)",
                     true);
    if (!platform::has_mode(entry->mode, file.mode) &&
        !platform::has_mode(platform::mode_but_for(file.to, file.readers), file.mode))
        return drift(fmt::format("{} has mode {:04o}", file.to, entry->mode),
                     fmt::format("mode {:04o}", file.mode), false);
    if (file.owner.empty())
        return std::nullopt;
    if (const auto owner = platform::ownership(file.to);
        owner.account != file.owner || owner.group != file.group)
        return drift(fmt::format("{} is of {}:{}", file.to, owner.account, owner.group),
                     fmt::format("{}:{}, as its service reads it", file.owner, file.group), false);
    return std::nullopt;
}

void repair(const Rendered& file, Reporter& reporter) {
    const auto entry = platform::look_at(file.to);
    if (entry && entry->type == FileEntry::Type::regular &&
        platform::read_file(file.to) == file.content) {
        place(file);
        return;
    }
    if (entry) {
        platform::remove_all(file.to + before_repair);
        platform::rename_durably(file.to, file.to + before_repair);
        reporter.note(fmt::format("{} as it was is now {}{}", file.to, file.to, before_repair));
    }
    write_configs({file});
}

// Where the configs are; needs neither secrets nor the cluster.
std::vector<std::string> places(const InstalledNode& node, const std::string& component) {
    std::vector<std::string> files;
    const VersionHere* version = node.version(component);
    if (!version) // went with the last run of the removal, after its configs
        return files;
    const suite::Scope scope =
        base_scope(node.layout, node.state, version->manifest.version.text(), component);
    for (const suite::Config& config : version->manifest.configs)
        if (config.component == component)
            files.push_back(suite::render(config.to, scope, "manifest.toml"));
    return files;
}

// The originals that a removal has put back: a run after it must not take them for ours.
std::string restored_file(const cluster::Layout& layout) {
    return layout.state_file(restored_originals);
}

std::set<std::string> restored(const cluster::Layout& layout) {
    const std::string file = restored_file(layout);
    return platform::exists(file)
               ? nlohmann::json::parse(platform::read_file(file)).get<std::set<std::string>>()
               : std::set<std::string>();
}

// Is there, and is what was there before us. Noted before it is put back.
bool is_original(const cluster::Layout& layout, const std::string& file) {
    return !platform::exists(file + before_us) && restored(layout).contains(file);
}

void put_back(const cluster::Layout& layout, const std::string& file) {
    std::set<std::string> all = restored(layout);
    if (all.insert(file).second)
        platform::write_file(restored_file(layout), nlohmann::json(all).dump(), 0600);
    if (const auto entry = platform::look_at(file); entry && entry->type == FileEntry::Type::folder)
        platform::remove_all(file); // which no rename replaces
    platform::rename_durably(file + before_us, file);
}

// Of a file in a folder of its own below the folder of configurations.
void remove_empty_folders(const InstalledNode& node, const std::string& file) {
    const std::string etc = node.layout.etc() + "/";
    std::vector<std::string> folders;
    for (std::string at = platform::parent_of(file); at.starts_with(etc);
         at = platform::parent_of(at))
        folders.push_back(at);
    platform::remove_if_empty(folders);
}

} // namespace

std::vector<std::string> beside_configs(const InstalledNode& node) {
    std::set<std::string> ours;
    for (const std::string& component : node.state.components)
        for (const std::string& file : places(node, component)) {
            ours.insert(file);
            for (const char* suffix : suffixes_of_ours)
                ours.insert(file + suffix);
        }
    std::vector<std::string> paths;
    for (const FileEntry& entry : platform::tree(node.layout.etc()))
        if (const std::string path = node.layout.etc() + "/" + entry.path;
            entry.type != FileEntry::Type::folder && !ours.contains(path))
            paths.push_back(path);
    return paths;
}

Resource component_configs(const InstalledNode& node, const std::string& component) {
    const std::string id = "config/" + component;
    return {id,
            "the configuration of " + component,
            component,
            [&node, id, component] {
                std::vector<Drift> drifts;
                try {
                    for (const Rendered& file : rendered(node, component))
                        if (auto drift = drift_of(file, id, "locum repair" + node.root_option()))
                            drifts.push_back(std::move(*drift));
                } catch (const Error& error) {
                    drifts = {{{id, Severity::warning, error.one_line(),
                                "what is needed to render it", error.remedy()},
                               false}};
                }
                return drifts;
            },
            [&node, id, component](Reporter& reporter) {
                for (const Rendered& file : rendered(node, component))
                    if (drift_of(file, id, ""))
                        repair(file, reporter);
            },
            [&node, component] {
                for (const std::string& file : places(node, component)) {
                    if (platform::exists(file + before_us) ||
                        (platform::exists(file) && !is_original(node.layout, file)))
                        return true;
                    for (const char* suffix : suffixes_of_ours)
                        if (platform::exists(file + suffix))
                            return true;
                }
                return false;
            },
            [&node, component](Reporter& reporter) {
                for (const std::string& file : places(node, component)) {
                    for (const char* suffix : suffixes_of_ours)
                        platform::remove_all(file + suffix);
                    if (platform::exists(file + before_us)) {
                        put_back(node.layout, file);
                        engine::failpoint("uninstall/put-back");
                        reporter.note(file + " is again what was there before the installation");
                    } else if (!is_original(node.layout, file)) {
                        platform::remove_all(file);
                    }
                    remove_empty_folders(node, file);
                }
            }};
}

} // namespace locum::installer::resources
