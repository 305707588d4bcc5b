#include "installer/resources/shown.hpp"

#include "engine/error.hpp"
#include "installer/shown.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::installer::resources {

using engine::Reporter;
using engine::Severity;

namespace {

std::vector<platform::Shortcut> wanted(const InstalledNode& node) {
    std::vector<platform::Shortcut> all;
    for (const std::string& component : node.state.components)
        if (const VersionHere* version = node.version(component))
            for (platform::Shortcut& one :
                 shortcuts_of(node.layout, node.state, version->manifest, component))
                all.push_back(std::move(one));
    return all;
}

// Whether a version is missing is told by its files' resources; shortcuts of it are kept then.
bool whole(const InstalledNode& node) {
    return std::all_of(
        node.state.components.begin(), node.state.components.end(),
        [&](const std::string& component) { return node.version(component) != nullptr; });
}

std::optional<platform::AppsListEntry> entry_of(const InstalledNode& node) {
    const auto here = node.versions.find(node.state.version);
    if (here == node.versions.end())
        return std::nullopt;
    const std::string bundle = kept_bundle(node.layout, platform::sha256_hex(here->second.text));
    return apps_list_entry_of(node.layout, node.state, here->second.manifest.title,
                              listed_program(node.layout), platform::exists(bundle) ? bundle : "");
}

std::vector<Drift> drift_of_entry(const InstalledNode& node, const std::string& id) {
    const std::optional<platform::AppsListEntry> entry = entry_of(node);
    if (!entry)
        return {};
    const auto there = platform::apps_list_entry(apps_list_name(node.layout));
    const std::vector<std::string> fields =
        there ? apps_list_differences(*there, *entry) : std::vector<std::string>();
    if (there && fields.empty())
        return {};
    return {{{id, Severity::error,
              there ? fmt::format("another {} in the list of installed programs",
                                  fmt::join(fields, ", "))
                    : "no entry in the list of installed programs",
              "that of this version", "locum repair"},
             false}};
}

} // namespace

bool shows_shortcuts(const InstalledNode& node) {
    return has_shortcuts(node.layout) || !wanted(node).empty();
}

Resource shortcuts(const InstalledNode& node) {
    const std::string id = "shortcuts";
    return {id,
            "the shortcuts in the host's menus",
            "",
            [&node, id] {
                std::vector<Drift> drifts;
                if (whole(node))
                    for (const ShortcutFault& fault : shortcut_faults(node.layout, wanted(node))) {
                        const bool foreign = !fault.remedy.empty();
                        drifts.push_back(
                            {{id, foreign ? Severity::warning : Severity::error, fault.found,
                              fault.expected,
                              foreign ? fault.remedy : "locum repair" + node.root_option()},
                             false,
                             foreign});
                    }
                return drifts;
            },
            [&node](Reporter& reporter) {
                if (!whole(node))
                    return;
                try {
                    make_shortcuts(node.layout, wanted(node));
                } catch (const engine::Error& error) {
                    if (error.kind() != engine::Kind::needs_attention)
                        throw;
                    // Somebody else's: no reason not to put right what comes after it.
                    reporter.note("warning: " + error.one_line());
                }
            },
            [&node] { return has_shortcuts(node.layout, wanted(node)); },
            [&node](Reporter&) { remove_shortcuts(node.layout, wanted(node)); }};
}

Resource apps_list(const InstalledNode& node) {
    const std::string id = "apps-list";
    const std::string name = apps_list_name(node.layout);
    return {id,
            "the entry in the list of installed programs",
            "",
            [&node, id] { return drift_of_entry(node, id); },
            [&node](Reporter&) {
                if (const auto entry = entry_of(node))
                    enter_in_apps_list(node.layout, node.state, *entry);
            },
            [name] { return platform::apps_list_entry(name).has_value(); },
            [name](Reporter&) { platform::remove_apps_list_entry(name); }};
}

} // namespace locum::installer::resources
