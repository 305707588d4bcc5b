// Two versions of a suite, one after the other: what an upgrade would stumble over.

#include "suite/lint_checks.hpp"
#include "suite/systems.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

using datasource::Migration;

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

struct Pair {
    const Source& older;
    const Source& newer;
    std::string before = older.manifest.version.text();
    std::string now = newer.manifest.version.text();
};

void lint_way(const Pair& pair, Remarks& remarks) {
    const Manifest& older = pair.older.manifest;
    const Manifest& newer = pair.newer.manifest;
    if (older.schema != newer.schema && !contains(newer.upgrades_from, older.schema))
        remarks.warning(
            table_at(pair.newer, {"compatibility"}),
            {"no-way-from",
             fmt::format("no {} in 'upgrades-from', the schema of version {}", older.schema,
                         pair.before),
             fmt::format("a way to {} from the version before it", pair.now),
             fmt::format("add \"{}\" to upgrades-from, with migrations from it", older.schema)});
}

void lint_components_of(const Pair& pair, Remarks& remarks) {
    const Manifest& older = pair.older.manifest;
    const Manifest& newer = pair.newer.manifest;
    for (const Component& component : older.components)
        if (newer.component(component.name) == nullptr)
            remarks.error(table_at(pair.newer, {"components"}),
                          {"component-gone",
                           fmt::format("no component '{}', which version {} has", component.name,
                                       pair.before),
                           "every component of the version before: a node that has it could not "
                           "be upgraded",
                           fmt::format("write [components.{}], and never rename a component",
                                       component.name)});
    for (const Component& component : newer.components)
        if (const Component* before = older.component(component.name); before == nullptr)
            remarks.note(table_at(pair.newer, {"components", component.name}),
                         {"component-new",
                          fmt::format("the component '{}', which version {} does not have",
                                      component.name, pair.before),
                          "no need of it on nodes that are there: an upgrade installs it nowhere",
                          "tell operators to install it on a node that joins"});
        else if (before->role != component.role)
            remarks.error(
                table_at(pair.newer, {"components", component.name}),
                {"component-role",
                 fmt::format("'{}' of role {}; in version {} its role is {}", component.name,
                             name(component.role), pair.before, name(before->role)),
                 "the same role in every version",
                 fmt::format("write role = \"{}\"", name(before->role))});
}

void lint_payloads_of(const Pair& pair, Remarks& remarks) {
    for (const Component& before : pair.older.manifest.components) {
        const Component* now = pair.newer.manifest.component(before.name);
        for (const auto& [word, folder] : before.payloads)
            if (now != nullptr && payload_name(*now, word).empty())
                remarks.error(table_at(pair.newer, {"components", before.name}),
                              {"system-gone",
                               fmt::format("no payload of '{}' for {}, which version {} has",
                                           before.name, word, pair.before),
                               "every system of the version before: a node of it could not be "
                               "upgraded",
                               fmt::format("write {} = \"…\" in its 'payload'", word)});
    }
}

// A node's ports are chosen when it is installed.
void lint_ports_of(const Pair& pair, Remarks& remarks) {
    const Manifest& older = pair.older.manifest;
    const Manifest& newer = pair.newer.manifest;
    const std::vector<Use> uses = uses_of(pair.newer);
    for (std::size_t i = 0; i < newer.ports.size(); ++i) {
        const Port& port = newer.ports[i];
        const Port* before = named(older.ports, port.name);
        const Spot at = item_at(pair.newer, {"ports"}, i);
        if (before == nullptr) {
            const bool needed = std::any_of(uses.begin(), uses.end(), [&](const Use& use) {
                return use.variable == "port." + port.name &&
                       older.component(use.component) != nullptr;
            });
            if (needed)
                remarks.error(at, {"port-new",
                                   fmt::format("the port '{}', which version {} does not have",
                                               port.name, pair.before),
                                   "ports that nodes have got already: one that was installed "
                                   "with the older version has no number for it",
                                   "keep the names of ports, or write a fixed number in the text "
                                   "that needs it"});
            continue;
        }
        const bool same =
            std::equal(port.choices.begin(), port.choices.end(), before->choices.begin(),
                       before->choices.end(), [](const PortChoice& a, const PortChoice& b) {
                           return a.when == b.when && a.port == b.port;
                       });
        if (!same)
            remarks.note(at, {"port-number",
                              fmt::format("other numbers for the port '{}' than in version {}",
                                          port.name, pair.before),
                              "what works with both: nodes keep the numbers that they were "
                              "installed with",
                              "nothing is to be done, if that is meant"});
    }
}

// A database that was made by the one version would differ from one made by the other.
void lint_migrations_of(const Pair& pair, Remarks& remarks) {
    for (const auto& [kind, engine] : pair.newer.manifest.database.engines) {
        const auto before = pair.older.manifest.database.engines.find(kind);
        if (before == pair.older.manifest.database.engines.end())
            continue;
        for (std::size_t i = 0; i < engine.migrations.size(); ++i) {
            const Migration& step = engine.migrations[i];
            const auto same = std::find_if(
                before->second.migrations.begin(), before->second.migrations.end(),
                [&](const Migration& one) { return one.from == step.from && one.to == step.to; });
            if (same == before->second.migrations.end())
                continue;
            const bool equal = std::equal(step.run.begin(), step.run.end(), same->run.begin(),
                                          same->run.end(), [](const auto& a, const auto& b) {
                                              return a.sql == b.sql && a.argv == b.argv &&
                                                     a.host_file.empty() == b.host_file.empty();
                                          });
            if (!equal)
                remarks.warning(
                    item_at(pair.newer, {"database", datasource::name(kind), "migrations"}, i),
                    {"migration-changed",
                     fmt::format("another migration {} to {} for {} than in version {}",
                                 step.from.empty() ? "from nothing" : "from " + step.from, step.to,
                                 datasource::name(kind), pair.before),
                     "the same SQL for the same step: databases of one schema version differ else",
                     "put the change into a migration to a new schema version"});
        }
    }
}

void lint_node_local_of(const Pair& pair, Remarks& remarks) {
    for (const std::string& table : pair.older.manifest.database.node_local)
        if (!contains(pair.newer.manifest.database.node_local, table))
            remarks.warning(
                table_at(pair.newer, {"database"}),
                {"node-local-dropped",
                 fmt::format("no '{}' in 'node-local', where version {} has it", table,
                             pair.before),
                 "the tables of the version before, unless no server writes to them "
                 "any more: on a copy it is refused now",
                 fmt::format("add \"{}\" to node-local, if servers write to it", table)});
}

void lint_secrets_of(const Pair& pair, Remarks& remarks) {
    for (const SharedSecret& secret : pair.newer.manifest.secrets) {
        const SharedSecret* before = named(pair.older.manifest.secrets, secret.name);
        if (before != nullptr && (before->form != secret.form || before->bytes != secret.bytes))
            remarks.warning(table_at(pair.newer, {"secrets"}),
                            {"secret-changed",
                             fmt::format("the secret '{}' of another form or length than in "
                                         "version {}",
                                         secret.name, pair.before),
                             "the same in every version, unless its value is to change with the "
                             "upgrade: old and new servers would not know each other's",
                             "write form and bytes as they were"});
    }
}

void lint_proofs(const Pair& pair, Remarks& remarks) {
    struct Same {
        const Probe& other;
        bool operator()(const HttpProbe& http) const {
            const auto* before = std::get_if<HttpProbe>(&other.how);
            return before != nullptr && before->url == http.url && before->body == http.body &&
                   before->status == http.status;
        }
        bool operator()(const TcpProbe&) const { return true; }
        bool operator()(const Command& command) const {
            const auto* before = std::get_if<Command>(&other.how);
            return before != nullptr && before->argv == command.argv &&
                   before->output == command.output;
        }
        bool operator()(const SqlProbe& sql) const {
            const auto* before = std::get_if<SqlProbe>(&other.how);
            return before != nullptr && before->sql == sql.sql && before->output == sql.output;
        }
    };
    const Manifest& newer = pair.newer.manifest;
    // Programs of the host's packages may be the same in both versions, and rightly so.
    const auto of_host = [&](const std::string& component) {
        return std::all_of(
            newer.services.begin(), newer.services.end(), [&](const Service& service) {
                return service.component != component || service.argv.front().starts_with('/');
            });
    };
    for (std::size_t i = 0; i < newer.probes.size(); ++i)
        for (const Probe& before : pair.older.manifest.probes) {
            const Probe& probe = newer.probes[i];
            if (!probe.proves_version || before.component != probe.component ||
                before.name != probe.name || !overlap(before.systems, probe.systems) ||
                !std::visit(Same{before}, probe.how))
                continue;
            const Spot at = item_at(pair.newer, {"probes"}, i);
            const Words words = {
                "proves-nothing",
                fmt::format("the probe '{}' that proves the version expects the same in version {}",
                            before.name, pair.before),
                "an answer that only this version's program gives",
                "let it read the version, with another text for each version; the same one is "
                "right only where both versions have the same program"};
            of_host(probe.component) ? remarks.note(at, words) : remarks.warning(at, words);
        }
}

// Agents are never taken back to an older one by an upgrade, so what brings none leaves them old.
void lint_programs(const Pair& pair, Remarks& remarks) {
    const auto& before = pair.older.manifest.program;
    const auto& now = pair.newer.manifest.program;
    if (!before)
        return;
    const Words words = {"program-older",
                         now ? fmt::format("Locum {} in [program]", now->version.text())
                             : "no [program]",
                         fmt::format("Locum {} at least, as version {} brings it: hosts that are "
                                     "installed from this one would get an older agent, or none",
                                     before->version.text(), pair.before),
                         "put the newest Locum into the bundle"};
    if (!now || now->version < before->version)
        remarks.warning(table_at(pair.newer, {now ? "program" : "suite"}), words);
}

} // namespace

std::vector<Remark> lint_neighbours(const Source& older, const Source& newer) {
    Remarks remarks;
    const Pair pair{older, newer};
    if (older.manifest.name != newer.manifest.name) {
        remarks.error(table_at(newer, {"suite"}),
                      {"suite-renamed",
                       fmt::format("the suite '{}' beside '{}' in {}", newer.manifest.name,
                                   older.manifest.name, older.file),
                       "one name in all versions", "correct the name, or lint each by itself"});
        return remarks.take();
    }
    if (older.manifest.version == newer.manifest.version) {
        remarks.error(table_at(newer, {"suite"}),
                      {"version-twice", fmt::format("version {}, as in {}", pair.now, older.file),
                       "another version in each", "correct the version of one of them"});
        return remarks.take();
    }
    lint_way(pair, remarks);
    lint_components_of(pair, remarks);
    lint_payloads_of(pair, remarks);
    lint_ports_of(pair, remarks);
    lint_migrations_of(pair, remarks);
    lint_node_local_of(pair, remarks);
    lint_secrets_of(pair, remarks);
    lint_proofs(pair, remarks);
    lint_programs(pair, remarks);
    return remarks.take();
}

} // namespace locum::suite
