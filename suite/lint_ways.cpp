// From which schema versions, on which databases, and in which way can this version be reached?

#include "engine/error.hpp"
#include "suite/lint_checks.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

namespace {

using datasource::Kind;
using datasource::Migration;

void lint_rolling(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    const auto& engines = manifest.database.engines;
    const Spot at = table_at(source, {"database"});
    if (!engines.contains(Kind::sqlite))
        remarks.warning(at, {"no-rolling", "no [database.sqlite]",
                             "migrations for SQLite too: a server cannot work on a copy without, "
                             "so no upgrade is rolling",
                             "write [database.sqlite]; docs/vendor-guide.md says how"});
    if (!engines.contains(Kind::postgresql))
        remarks.note(at, {"one-host", "no [database.postgresql]",
                          "a database that servers on several hosts can share",
                          "write [database.postgresql], if the suite can work with it"});
    if (server_of(manifest) != nullptr && !manifest.balancing)
        remarks.warning(table_at(source, {"components"}),
                        {"no-rolling", "no [balancing]",
                         "how servers are taken out of rotation: no upgrade is rolling without",
                         "write [balancing]; docs/vendor-guide.md says how"});
}

bool starts_at(const Engine& engine, const std::string& version) {
    return std::any_of(engine.migrations.begin(), engine.migrations.end(),
                       [&](const Migration& step) { return step.from == version; });
}
bool ends_at(const Engine& engine, const std::string& version) {
    return std::any_of(engine.migrations.begin(), engine.migrations.end(),
                       [&](const Migration& step) { return step.to == version; });
}

// A version between two that only one engine has is no difference that anybody meets.
void lint_one_sided(const Source& source, Kind kind, Kind other_kind, Remarks& remarks) {
    const Engine& engine = source.manifest.database.engines.at(kind);
    const Engine& other = source.manifest.database.engines.at(other_kind);
    const std::string& schema = source.manifest.schema;
    for (std::size_t i = 0; i < engine.migrations.size(); ++i) {
        const Migration& step = engine.migrations[i];
        const std::string& from = step.from;
        if (from.empty() || !leads(engine, from, schema) || leads(other, from, schema))
            continue;
        const bool between =
            ends_at(engine, from) && !ends_at(other, from) && !starts_at(other, from);
        if (!between)
            remarks.warning(
                item_at(source, {"database", name(kind), "migrations"}, i),
                {"one-engine-only",
                 fmt::format("migrations from schema {} to {} for {} only", from, schema,
                             name(kind)),
                 fmt::format("the same way for {}: a copy is migrated as the database is",
                             name(other_kind)),
                 fmt::format("add the migrations from {} to [database.{}]", from,
                             name(other_kind))});
    }
}

// A way back is how an older schema is made, and nothing to upgrade by. Schema versions may be any
// text; what cannot be compared may be older.
bool is_newer(const std::string& version, const std::string& other) {
    try {
        return engine::Version::parse(version) > engine::Version::parse(other);
    } catch (const engine::Error&) {
        return false;
    }
}

void lint_undeclared(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    std::set<std::string> seen;
    for (const auto& [kind, engine] : manifest.database.engines)
        for (std::size_t i = 0; i < engine.migrations.size(); ++i) {
            const std::string& from = engine.migrations[i].from;
            const auto& declared = manifest.upgrades_from;
            const bool everywhere =
                std::all_of(manifest.database.engines.begin(), manifest.database.engines.end(),
                            [&, &version = from](const auto& one) {
                                return leads(one.second, version, manifest.schema);
                            });
            if (from.empty() || is_newer(from, manifest.schema) || !everywhere ||
                !seen.insert(from).second ||
                std::find(declared.begin(), declared.end(), from) != declared.end())
                continue;
            remarks.note(item_at(source, {"database", name(kind), "migrations"}, i),
                         {"way-not-offered",
                          fmt::format("migrations from schema {} to {}, and no {} in "
                                      "'upgrades-from'",
                                      from, manifest.schema, from),
                          "every schema in it from which an upgrade was tried",
                          fmt::format("add \"{}\" to upgrades-from, if it was", from)});
        }
}

void lint_compatibility(const Source& source, Remarks& remarks) {
    const Manifest& manifest = source.manifest;
    if (manifest.upgrades_from.empty() ||
        manifest.old_binary_on_new_schema == Compatibility::works ||
        manifest.new_binary_on_old_schema == Compatibility::works)
        return;
    remarks.note(table_at(source, {"compatibility"}),
                 {"both-break", "'breaks' for both, so old and new servers never share a database",
                  "'works' where it was tried; 'breaks' is right where it was not",
                  "nothing is to be done: upgrades take the way that is safe for both"});
}

void lint_host_files(const Source& source, Remarks& remarks) {
    const auto& files = source.manifest.host_files;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const Spot at = item_at(source, {"host-files"}, i);
        if (source.missing_host_files.contains(files[i].name))
            remarks.note(at, {"host-file-unread",
                              fmt::format("{}: not on this host, no regular file, or another one "
                                          "than that with the sha256",
                                          files[i].path),
                              "the file as the manifest means it: migrations that need it were "
                              "not tried",
                              "install its package here, then lint again"});
        const bool used = std::any_of(
            source.manifest.database.engines.begin(), source.manifest.database.engines.end(),
            [&](const auto& one) {
                const auto& steps = one.second.migrations;
                return std::any_of(steps.begin(), steps.end(), [&](const Migration& step) {
                    return std::any_of(step.run.begin(), step.run.end(), [&](const auto& part) {
                        return part.host_file == files[i].name;
                    });
                });
            });
        if (!used)
            remarks.warning(
                at, {"host-file-unused",
                     fmt::format("the host file '{}', which no migration runs", files[i].name),
                     "a migration with it: else every host must have it for nothing",
                     "take it out, or name it in a migration"});
    }
}

} // namespace

void lint_ways(const Source& source, Remarks& remarks) {
    lint_rolling(source, remarks);
    const auto& engines = source.manifest.database.engines;
    for (const auto& [kind, engine] : engines)
        for (const auto& [other, its] : engines)
            if (kind != other)
                lint_one_sided(source, kind, other, remarks);
    lint_undeclared(source, remarks);
    lint_compatibility(source, remarks);
    lint_host_files(source, remarks);
}

} // namespace locum::suite
