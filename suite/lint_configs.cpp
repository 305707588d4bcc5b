// Configurations: who can read them, and whether they say what an upgrade changes.

#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

bool is_secret(const Use& use) {
    return use.variable == "datasource.password" || use.variable.starts_with("secret.");
}

void lint_modes(const Source& source, Remarks& remarks) {
    constexpr unsigned others = 0007;
    const auto& configs = source.manifest.configs;
    for (std::size_t i = 0; i < configs.size(); ++i) {
        const std::vector<Use> uses = uses_in_template(source, configs[i]);
        const auto secret = std::find_if(uses.begin(), uses.end(), is_secret);
        if (secret != uses.end() && (configs[i].mode & others) != 0)
            remarks.warning(item_at(source, {"configs"}, i),
                            {"config-readable",
                             fmt::format("{} holds {{{}}} and has mode {:04o}", configs[i].to,
                                         secret->variable, configs[i].mode),
                             "a mode that lets nobody else read it", "write mode = \"0600\""});
    }
}

// What a server has to be told, by any of its texts.
void lint_server(const Source& source, const Component& server, Remarks& remarks) {
    bool mode = false;
    bool database = false;
    for (const Use& use : uses_of(source))
        if (use.component == server.name && !use.of_server) {
            mode = mode || use.variable == "node.mode";
            // A probe or a migration's command asks by itself: it tells the server nothing.
            database = database || (use.in_template && use.variable.starts_with("datasource."));
        }
    const Spot at = table_at(source, {"components", server.name});
    if (!database)
        remarks.warning(
            at, {"datasource-unused",
                 fmt::format("no template of '{}' with a variable {{datasource.…}}", server.name),
                 "one: where the database is, and in an upgrade the copy, is told by it",
                 "write {datasource.host}, {datasource.file} and the like in the "
                 "server's config"});
    if (!mode && can_roll(source.manifest))
        remarks.note(at,
                     {"mode-unused", fmt::format("no text of '{}' with {{node.mode}}", server.name),
                      "a server that knows when it works on a copy, and refuses what would be "
                      "lost with it",
                      "write {node.mode} in its config, if it can be told so"});
}

void lint_balancer(const Source& source, const Balancing& balancing, Remarks& remarks) {
    const auto& configs = source.manifest.configs;
    bool any = false;
    bool checked = false;
    bool out = false;
    for (const Config& config : configs) {
        if (config.component != balancing.component)
            continue;
        any = true;
        checked = checked || !config.check.empty();
        for (const Use& use : uses_in_template(source, config))
            out = out || (use.of_server && use.variable == "out");
    }
    const auto first = std::find_if(configs.begin(), configs.end(), [&](const Config& config) {
        return config.component == balancing.component;
    });
    const Spot at = item_at(source, {"configs"}, static_cast<std::size_t>(first - configs.begin()));
    if (any && !checked)
        remarks.warning(
            at, {"config-unchecked",
                 fmt::format("no config of the balancer '{}' with a 'check'", balancing.component),
                 "a command that finds a mistake in it before anything is stopped",
                 "write check = [\"PROGRAM\", …, \"{file}\"], if the program has such a "
                 "command"});
    if (!out)
        remarks.warning(
            any ? at : table_at(source, {"balancing"}),
            {"balancer-ignores-out",
             fmt::format("no template of the balancer '{}' with the variable 'out' of "
                         "its servers",
                         balancing.component),
             "one: a balancer that restarts would give load to a server that is drained",
             "write {if server.out}…{end} in the loop over servers"});
}

} // namespace

void lint_configs(const Source& source, Remarks& remarks) {
    lint_modes(source, remarks);
    const auto offered = [&](const std::string& component) {
        return is_offered(source.manifest, component);
    };
    if (const Component* server = server_of(source.manifest); server && offered(server->name))
        lint_server(source, *server, remarks);
    if (source.manifest.balancing && offered(source.manifest.balancing->component))
        lint_balancer(source, *source.manifest.balancing, remarks);
}

} // namespace locum::suite
