// Would a wrong schema, or a wrong version, be noticed?

#include "suite/lint_checks.hpp"
#include "suite/lint_sql.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

// What the probe wants to read; empty where any answer will do.
std::string expectation(const Probe& probe) {
    struct Expected {
        std::string operator()(const HttpProbe& http) { return http.body; }
        std::string operator()(const TcpProbe&) { return ""; }
        std::string operator()(const Command& command) { return command.output; }
        std::string operator()(const SqlProbe& sql) { return sql.output; }
    };
    return std::visit(Expected{}, probe.how);
}

// A command that is told neither where the server or its database is, nor where it could read of
// that, prints the same whatever they are: `/bin/echo yes`.
bool is_told_where(const Command& command) {
    return std::any_of(command.argv.begin(), command.argv.end(), [](const std::string& word) {
        for (const char* variable :
             {"{port.", "{node.address", "{datasource", "{etc", "{data", "{run", "{log"})
            if (word.find(variable) != std::string::npos)
                return true;
        return false;
    });
}

// What no server of another schema would answer. Who tells its own version has asked nobody, a
// connection is taken before anything was read, and `SELECT 1` is right on every schema.
bool reads_database(const Probe& probe) {
    if (probe.proves_version)
        return false;
    if (const auto* sql = std::get_if<SqlProbe>(&probe.how))
        return !sources_of(sql->sql).empty();
    if (const auto* command = std::get_if<Command>(&probe.how); command && !is_told_where(*command))
        return false;
    return !expectation(probe).empty();
}

void lint_server(const Source& source, const Component& server, Remarks& remarks) {
    const auto& probes = source.manifest.probes;
    const auto any = [&](auto&& holds) {
        return std::any_of(probes.begin(), probes.end(), [&](const Probe& probe) {
            return probe.component == server.name && holds(probe);
        });
    };
    const auto at = std::find_if(probes.begin(), probes.end(), [&](const Probe& probe) {
        return probe.component == server.name;
    });
    const Spot spot = item_at(source, {"probes"}, static_cast<std::size_t>(at - probes.begin()));
    if (!any(reads_database))
        remarks.warning(spot,
                        {"probe-reads-nothing",
                         fmt::format("no probe of '{}' that reads the database: they pass as soon "
                                     "as something answers, also on a wrong schema",
                                     server.name),
                         "one that reads a column of this version's schema, besides the one that "
                         "proves the version",
                         "write a probe with sql from a table, with http and body, or with "
                         "output of a command that is told where the server is"});
    if (any([](const Probe& probe) { return probe.proves_version; }))
        return;
    const bool names_it = any([&](const Probe& probe) {
        return expectation(probe).find(source.manifest.version.text()) != std::string::npos;
    });
    const Words words = {
        "version-unproven",
        fmt::format("no probe of '{}' with proves = \"version\"{}", server.name,
                    names_it ? ", though one expects the version's number" : ""),
        "one that passes with this version's program only",
        "write proves = \"version\" in the probe whose answer is another one in each version"};
    names_it ? remarks.note(spot, words) : remarks.warning(spot, words);
}

} // namespace

void lint_probes(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    const auto probed = [&](const std::string& component) {
        return std::any_of(manifest.probes.begin(), manifest.probes.end(),
                           [&](const Probe& probe) { return probe.component == component; });
    };
    for (const Component& component : manifest.components)
        if (!manifest.services_of(component.name).empty() && !probed(component.name))
            remarks.warning(
                table_at(source, {"components", component.name}),
                {"component-unprobed",
                 fmt::format("no probe of '{}', which has services", component.name),
                 "at least one: without it a component is well as soon as it runs",
                 fmt::format("write [[probes]] with component = \"{}\"", component.name)});
    if (const Component* server = server_of(manifest); server != nullptr && probed(server->name))
        lint_server(source, *server, remarks);
}

} // namespace locum::suite
