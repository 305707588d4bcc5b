#include "installer/steps/files.hpp"

#include "cluster/installed.hpp"
#include "cluster/peers.hpp"
#include "cluster/registry.hpp"
#include "installer/config_files.hpp"
#include "installer/own_folders.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::installer::steps {

using engine::Reporter;
using engine::Step;
using engine::Undo;
using nlohmann::json;

namespace {

std::vector<std::string> folders(const Installation& installation) {
    const cluster::Layout& layout = installation.layout;
    return {layout.product(),
            layout.product() + "/versions",
            layout.product() + "/current",
            layout.etc(),
            layout.state(),
            layout.logs(),
            installation.facts.data_folder,
            installation.facts.run_folder};
}

std::vector<std::string> missing(const std::vector<std::string>& all) {
    std::vector<std::string> some;
    for (const std::string& one : all)
        if (!platform::exists(one))
            some.push_back(one);
    return some;
}

// From the registry; a node without a datasource asks a server that its token names.
std::vector<BalancedNode> known_servers(const Installation& installation,
                                        const std::optional<datasource::Settings>& settings) {
    if (settings) {
        cluster::Store store(*settings, installation.layout.suite);
        return balanced(cluster::Registry(store).nodes(), installation.manifest());
    }
    const cluster::Peers peers(installation.layout);
    return balanced_from_json(
        cluster::any_server(installation.facts.token.value(), [&](const cluster::Address& server) {
            return peers.ask(server, "servers");
        }));
}

} // namespace

Step make_folders(const Installation& installation) {
    auto all = [&installation] { return folders(installation); };
    return {"files/folders",
            fmt::format("create the folders of {} below {}", installation.layout.suite,
                        installation.layout.root.empty() ? "/" : installation.layout.root),
            [all] { return missing(all()).empty(); },
            [all] {
                std::vector<std::string> made;
                for (const std::string& folder : all())
                    for (const std::string& one : platform::missing_folders(folder))
                        made.push_back(one);
                return json(made).dump();
            },
            [all, &installation](Reporter&) {
                // Before they are made: whatever cuts it off, what is ours is known.
                std::vector<std::string> made;
                for (const std::string& folder : all())
                    for (const std::string& one : platform::missing_folders(folder))
                        made.push_back(one);
                keep_own_folders(installation.layout, made);
                for (const std::string& folder : all()) {
                    platform::make_folders(platform::parent_of(folder)); // others may pass
                    platform::make_folders(
                        folder, folder.starts_with(installation.layout.product()) ? 0755 : 0750);
                }
                return std::string();
            },
            nullptr,
            // The logs stay, since errors refer to them: they say why it was undone.
            Undo{[all, layout = installation.layout](const std::string& memo) {
                const std::string logs = layout.logs();
                const auto made = json::parse(memo).get<std::vector<std::string>>();
                for (const std::string& folder : all())
                    if (folder != logs && std::find(made.begin(), made.end(), folder) != made.end())
                        platform::remove_all(folder);
                forget_own_folders(layout);
                platform::remove_if_empty(made);
            }}};
}

Step unpack(const Installation& installation) {
    const std::string version = installation.manifest().version.text();
    auto there = [&installation, version] {
        return cluster::staged(installation.bundle.manifest_sha256(), version, installation.layout,
                               installation.answers.components);
    };
    const std::string folder = installation.layout.version(version);
    return {"files/unpack",
            fmt::format("unpack {} {} to {}", installation.manifest().title, version, folder),
            there,
            [folder] { return std::string(platform::exists(folder) ? "was there" : ""); },
            [&installation](Reporter& reporter) {
                cluster::stage(installation.bundle, installation.layout,
                               installation.answers.components, reporter, "files/unpack");
                return std::string();
            },
            nullptr,
            Undo{[folder](const std::string& memo) {
                if (memo.empty())
                    platform::remove_all(folder);
            }}};
}

Step link_component(const Installation& installation, const std::string& component) {
    const std::string link = installation.layout.current(component);
    const std::string target =
        installation.layout.component(installation.manifest().version.text(), component);
    return {"files/link-" + component,
            fmt::format("let {} be version {}", component, installation.manifest().version.text()),
            [link, target] { return platform::read_link(link) == target; },
            [link] { return platform::read_link(link); },
            [link, target](Reporter&) {
                platform::switch_link(link, target);
                return std::string();
            },
            nullptr,
            Undo{[link](const std::string& memo) { platform::switch_link(link, memo); }}};
}

Step write_configs(const Installation& installation, const std::string& component) {
    // Rendered when it is asked: the settings of a joining node arrive with an earlier step.
    auto rendered = [&installation, component] {
        const cluster::Layout& layout = installation.layout;
        const cluster::InstalledVersion version(layout, installation.manifest().version.text());
        const std::optional<datasource::Settings> settings = cluster::load_datasource(layout);
        const std::vector<BalancedNode> servers = known_servers(installation, settings);
        return render_configs(layout, cluster::load_node_state(layout), version, component,
                              settings, servers);
    };
    return {
        "files/config-" + component,
        fmt::format("write the configuration of {} to {}", component, installation.layout.etc()),
        [rendered, &installation] {
            if (!platform::exists(installation.layout.state_file("node.json")))
                return false;
            for (const Rendered& file : rendered())
                if (!platform::exists(file.to) || platform::read_file(file.to) != file.content)
                    return false;
            return true;
        },
        [rendered] {
            json before = json::object(); // file → whether it was there
            for (const Rendered& file : rendered())
                before[file.to] = platform::exists(file.to);
            return before.dump();
        },
        [rendered](Reporter&) {
            check_configs(rendered());
            for (const Rendered& file : rendered()) {
                // What is not ours is kept beside: it may hold somebody's work.
                if (platform::exists(file.to) && platform::read_file(file.to) != file.content)
                    platform::rename_durably(file.to, file.to + before_us);
                place(file);
            }
            return std::string();
        },
        nullptr,
        Undo{[](const std::string& memo) {
            for (const auto& [file, was_there] :
                 json::parse(memo).get<std::map<std::string, bool>>()) {
                if (!was_there)
                    platform::remove_all(file);
                else if (platform::exists(file + before_us))
                    platform::rename_durably(file + before_us, file);
            }
        }}};
}

} // namespace locum::installer::steps
