#include "installer/steps/modify.hpp"

#include "cluster/agent.hpp"
#include "cluster/installed.hpp"
#include "cluster/peers.hpp"
#include "engine/error.hpp"
#include "installer/accounts.hpp"
#include "installer/config_files.hpp"
#include "installer/firewall_change.hpp"
#include "installer/resources/configs.hpp"
#include "installer/resources/services.hpp"
#include "installer/resources/version_files.hpp"
#include "installer/steps/firewall.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "suite/bundle.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::installer::steps {

using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using nlohmann::json;

namespace {

std::string version_of(const Modified& modified) {
    return modified.change.after.version;
}

void unpack(const Modified& modified, const std::string& component, Reporter& reporter) {
    cluster::stage(modified.installation.bundle, modified.layout(), {component}, reporter,
                   "files/unpack-" + component);
}

void remove_files(const Modified& modified, const std::string& component) {
    const cluster::Layout& layout = modified.layout();
    platform::remove_all(layout.component(version_of(modified), component));
    const std::string host_files = layout.version(version_of(modified)) + "/.host-files";
    for (const suite::HostFile& file : modified.manifest().host_files)
        if (file.component == component)
            platform::remove_all(host_files + "/" + file.name);
    platform::remove_if_empty({host_files});
}

std::vector<BalancedNode> servers_now(const Modified& modified,
                                      const std::optional<datasource::Settings>& settings) {
    if (!settings)
        return modified.node.cluster.servers;
    cluster::Store store(*settings, modified.layout().suite);
    return balanced(cluster::Registry(store).nodes(), modified.manifest());
}

// As the node is to be, or as it was.
enum class When { before, after };

std::vector<Rendered> render(const Modified& modified, const std::string& component, When when) {
    const Modification& change = modified.change;
    const bool server =
        when == When::before ? change.had(suite::Role::server) : change.has(suite::Role::server);
    const auto settings = cluster::load_datasource(modified.layout());
    return render_configs(modified.layout(), when == When::before ? change.before : change.after,
                          cluster::InstalledVersion(modified.layout(), version_of(modified)),
                          component, server ? settings : std::nullopt,
                          servers_now(modified, settings));
}

bool written(const std::vector<Rendered>& files) {
    return std::all_of(files.begin(), files.end(), [](const Rendered& file) {
        return platform::exists(file.to) && platform::read_file(file.to) == file.content;
    });
}

// An administrator's that lies where ours belongs is kept beside.
void place_over(const std::vector<Rendered>& files) {
    for (const Rendered& file : files) {
        if (platform::exists(file.to) && platform::read_file(file.to) != file.content)
            platform::rename_durably(file.to, file.to + before_us);
        place(file);
    }
}

} // namespace

Step unpack_component(const Modified& modified, const std::string& component) {
    const std::string folder = modified.layout().component(version_of(modified), component);
    return {
        "files/unpack-" + component,
        fmt::format("unpack {} {} to {}", component, version_of(modified), folder),
        [&modified, component] {
            return cluster::staged(modified.installation.bundle.manifest_sha256(),
                                   version_of(modified), modified.layout(), {component});
        },
        nullptr,
        [&modified, component](Reporter& reporter) {
            unpack(modified, component, reporter);
            return std::string();
        },
        nullptr,
        Undo{[&modified, component](const std::string&) { remove_files(modified, component); }}};
}

Step remove_component(const Modified& modified, const std::string& component) {
    const std::string folder = modified.layout().component(version_of(modified), component);
    const std::string link = modified.layout().current(component);
    return {
        "files/remove-" + component,
        fmt::format("remove {} and the link to it", folder),
        [folder, link] { return !platform::exists(folder) && platform::read_link(link).empty(); },
        nullptr,
        [&modified, component, link](Reporter&) {
            platform::switch_link(link, "");
            remove_files(modified, component);
            return std::string();
        },
        nullptr,
        Undo{[&modified, component, folder, link](const std::string&) {
            engine::SilentReporter silent;
            unpack(modified, component, silent);
            platform::switch_link(link, folder);
        }}};
}

Step add_accounts(const Modified& modified) {
    const cluster::Layout& layout = modified.layout();
    return {"accounts/add",
            "create the accounts that the added services run as",
            [&modified, &layout] {
                return account_faults(layout, modified.change.after, modified.manifest()).empty();
            },
            [&layout] { return accounts_memo(layout); },
            [&modified, &layout](Reporter&) {
                make_accounts(layout, modified.change.after, modified.manifest());
                return std::string();
            },
            nullptr,
            Undo{[&modified, &layout](const std::string& memo) {
                installer::drop_accounts(layout, modified.change.before, modified.manifest(),
                                         accounts_since(layout, memo));
            }}};
}

Step drop_accounts(const Modified& modified) {
    const cluster::Layout& layout = modified.layout();
    const auto unneeded = [&modified, &layout] {
        const Modification& change = modified.change;
        std::vector<std::string> names = account_names(change.before, modified.manifest()).ours;
        for (const std::string& name : account_names(change.after, modified.manifest()).ours)
            std::erase(names, name);
        const auto made = accounts_since(layout, R"({"accounts": []})");
        std::erase_if(names, [&](const std::string& name) {
            return std::find(made.begin(), made.end(), name) == made.end();
        });
        return without_files(layout, change.before, names);
    };
    return {"accounts/drop",
            "remove the accounts that no service needs any more, where they own no file",
            [unneeded] { return unneeded().empty(); },
            nullptr,
            [&modified, &layout, unneeded](Reporter&) {
                const std::vector<std::string> names = unneeded();
                installer::drop_accounts(layout, modified.change.after, modified.manifest(), names);
                return fmt::format("{}", fmt::join(names, ", "));
            },
            nullptr,
            Undo{[&modified, &layout](const std::string&) {
                make_accounts(layout, modified.change.before, modified.manifest());
            }}};
}

Step end_services(const Modified& modified, const std::string& component) {
    const Resource services = resources::component_services(modified.node, component);
    return {"service/end-" + component,
            fmt::format("stop and forget the services of {}", component),
            [there = services.there] { return !there(); },
            nullptr,
            [remove = services.remove](Reporter& reporter) {
                remove(reporter);
                return std::string();
            },
            nullptr,
            Undo{[&modified, component](const std::string&) {
                engine::SilentReporter silent;
                resources::start(modified.node, component, silent);
            }}};
}

Step stop_component(const Modified& modified, const std::string& component) {
    return {"service/stop-" + component,
            fmt::format("stop {}", component),
            [&modified, component] { return !resources::runs(modified.node, component); },
            nullptr,
            [&modified, component](Reporter& reporter) {
                resources::stop(modified.node, component, reporter);
                return std::string();
            },
            nullptr,
            Undo{[&modified, component](const std::string&) {
                engine::SilentReporter silent;
                resources::start(modified.node, component, silent);
            }}};
}

Step start_again(const Modified& modified, const std::string& component) {
    return {"service/start-" + component,
            fmt::format("start {} and wait until its probes pass", component),
            [&modified, component] {
                return resources::runs(modified.node, component) &&
                       resources::is_well(modified.node, component);
            },
            nullptr,
            [&modified, component](Reporter& reporter) {
                resources::start(modified.node, component, reporter);
                return std::string();
            },
            nullptr,
            Undo{[&modified, component](const std::string&) {
                engine::SilentReporter silent;
                resources::stop(modified.node, component, silent);
            }}};
}

Step rewrite_configs(const Modified& modified, const std::string& component, TakenUp how) {
    const auto take = [&modified, component, how](When when, Reporter& reporter) {
        write_configs(render(modified, component, when));
        if (how == TakenUp::by_reload && resources::runs(modified.node, component))
            resources::take_up(modified.node, component, resources::TakeUp::reload, reporter);
    };
    return {"files/config-" + component,
            fmt::format("write the configuration of {} anew{}", component,
                        how == TakenUp::by_reload ? ", and let it take it up without a stop" : ""),
            // What runs may not have taken it up, though it is written.
            [&modified, component, how] {
                return how == TakenUp::by_start &&
                       written(render(modified, component, When::after));
            },
            nullptr,
            [take](Reporter& reporter) {
                take(When::after, reporter);
                return std::string();
            },
            nullptr, Undo{[take](const std::string&) {
                engine::SilentReporter silent;
                take(When::before, silent);
            }}};
}

Step remove_configs(const Modified& modified, const std::string& component) {
    const Resource configs = resources::component_configs(modified.node, component);
    return {"files/remove-config-" + component,
            fmt::format("remove the configuration of {}", component),
            [there = configs.there] { return !there(); },
            nullptr,
            [remove = configs.remove](Reporter& reporter) {
                remove(reporter);
                return std::string();
            },
            nullptr,
            Undo{[&modified, component](const std::string&) {
                place_over(render(modified, component, When::before));
            }}};
}

bool concerned(const Modified& modified, const std::string& component) {
    const Modification& change = modified.change;
    for (const MovedPort& port : moved_ports(modified.manifest(), change))
        if (port.component == component)
            return true;
    const auto rendering = [&](When when) {
        std::string text;
        for (const Rendered& file : render(modified, component, when))
            text += file.to + '\0' + file.content + '\0';
        return text;
    };
    const auto started = [&](const cluster::NodeState& state) {
        std::vector<std::pair<std::vector<std::string>, std::map<std::string, std::string>>> all;
        for (const cluster::ServiceSpec& spec :
             service_specs(modified.layout(), state, modified.manifest(), component))
            all.emplace_back(spec.argv, spec.environment);
        return all;
    };
    return rendering(When::before) != rendering(When::after) ||
           started(change.before) != started(change.after);
}

Step change_firewall(const Modified& modified, const std::vector<PortRule>& rules,
                     FindFirewall find) {
    const cluster::Layout& layout = modified.layout();
    const std::string file = layout.state_file("firewall.json");
    std::vector<std::string> words;
    for (const PortRule& rule : rules)
        words.push_back(in_words(rule));
    return {"firewall/rules",
            fmt::format("let the host's firewall admit {}",
                        words.empty() ? "nobody" : fmt::format("{}", fmt::join(words, "; "))),
            [&layout, rules, find] {
                const auto record = load_firewall(layout);
                return record && record->rules == rules && firewall_drift(layout, find).empty();
            },
            [file] { return platform::read_file(file); },
            [&modified, &layout, rules, find](Reporter&) {
                installer::change_firewall(layout, find, [&](FirewallRecord& record) {
                    record.rules = rules;
                    if (record.members.empty()) // of a Locum that kept none where no port was open
                        record.members = members_now(modified.installation);
                });
                return std::string();
            },
            nullptr,
            Undo{[&layout, file, find](const std::string& memo) {
                const platform::Lock lock = hold_firewall(layout);
                platform::write_file(file, memo, 0600);
                apply_firewall(layout, load_firewall(layout).value(), find);
            }}};
}

void select(const Modified& modified, const cluster::NodeState& state) {
    engine::SilentReporter silent;
    const cluster::CommandId id{
        fmt::format("node/select/{}", platform::hex(platform::random_bytes(8))), "node", 0};
    cluster::Peers(modified.layout())
        .command(cluster::address_of(modified.change.before), id, "select",
                 json{{"state", json::parse(cluster::to_json(state))}}.dump(), silent,
                 "network/roles");
}

void restart(const Modified& modified) {
    const cluster::Layout& layout = modified.layout();
    cluster::restart_agent(layout, modified.node.program); // in one act, so that one is there
    cluster::Peers(layout).ask(cluster::address_of(cluster::load_node_state(layout)), "facts");
}

Step restart_agent(const Modified& modified) {
    return {"agent/certificate",
            "let the agent show its new certificate; the services go on",
            [] { return false; }, // a second time changes nothing
            nullptr,
            [&modified](Reporter&) {
                restart(modified);
                return std::string();
            },
            nullptr,
            NothingToUndo{}}; // the undo of what gave it the certificate does it
}

} // namespace locum::installer::steps
