// How the suite's schema is made, and brought from one version to the next.

#include "suite/manifest_command.hpp"
#include "suite/manifest_reader.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::suite {

namespace {

using datasource::Migration;
using datasource::MigrationPart;

constexpr std::int64_t longest_command_s = 24 * 3600;

void read_host_file(ManifestReader& reader, Section& section, MigrationPart& part) {
    const Text name = section.text("host-file");
    reader.references.refer(section, "host-file", name);
    part.host_file = part.name = name.value;
    const std::vector<HostFile>& files = reader.manifest.host_files;
    const auto file = std::find_if(files.begin(), files.end(),
                                   [&](const HostFile& one) { return one.name == name.value; });
    if (file == files.end())
        return; // which the references tell
    part.name = file->path;
    // Every node with a server may have to run it.
    const Component* component = reader.manifest.component(file->component);
    if (component && component->role != Role::server)
        section.fail(name.at,
                     fmt::format("the host-file '{}' of '{}'", name.value, file->component),
                     "one of the component whose role is server");
}

void read_program(ManifestReader& reader, Section& section, MigrationPart& part) {
    const auto& components = reader.manifest.components;
    const auto server = std::find_if(components.begin(), components.end(),
                                     [](const Component& one) { return one.role == Role::server; });
    Command command = read_command(
        reader.references, section, "a part of a migration",
        {.component = server == components.end() ? "server" : server->name, .datasource = true});
    part.name = fmt::format("{}", fmt::join(command.argv, " "));
    part.argv = std::move(command.argv);
    part.output = std::move(command.output);
    part.limit = std::chrono::seconds(section.number("timeout-s", 1, longest_command_s, 600));
}

MigrationPart read_part(ManifestReader& reader, Section& section) {
    MigrationPart part;
    const int ways = (section.has("host-file") ? 1 : 0) + (section.has("file") ? 1 : 0) +
                     (section.has("command") ? 1 : 0);
    if (ways != 1)
        section.fail(section.at(), fmt::format("{} of 'host-file', 'file' and 'command'", ways),
                     "one of them");
    if (section.has("command"))
        read_program(reader, section, part);
    else if (section.has("host-file"))
        read_host_file(reader, section, part);
    else
        part.name = read_path(section, "file");
    if (part.argv.empty())
        part.for_shell = section.flag("for-shell", false);
    section.done();
    return part;
}

Migration read_migration(ManifestReader& reader, Section& section,
                         const std::vector<Migration>& before) {
    Migration migration;
    const Text from = section.text("from", "");
    if (section.has("from") && from.value.empty())
        section.fail(from.at, "an empty text for 'from'", "a schema version, or no 'from'");
    migration.from = from.value;
    const Text to = section.text("to");
    if (to.value.empty() || to.value == from.value)
        section.fail(to.at, fmt::format("a migration from '{}' to '{}'", from.value, to.value),
                     "another schema version");
    migration.to = to.value;
    if (section.has("file") == section.has("run"))
        section.fail(section.at(),
                     section.has("file") ? "both 'file' and 'run'" : "neither 'file' nor 'run'",
                     "one file, or a list of parts to run");
    if (section.has("file")) {
        MigrationPart part;
        part.name = read_path(section, "file");
        part.for_shell = section.flag("for-shell", false);
        migration.run.push_back(std::move(part));
    }
    for (Section part : section.list("run"))
        migration.run.push_back(read_part(reader, part));
    if (migration.run.empty())
        section.fail(section.at(), "an empty 'run'", "at least one part");
    section.done();
    for (const Migration& other : before)
        if (other.from == migration.from && other.to == migration.to)
            section.fail(section.at(),
                         fmt::format("a second migration from '{}' to '{}'", from.value, to.value),
                         "one for each step");
    return migration;
}

} // namespace

std::vector<Migration> read_migrations(ManifestReader& reader, Section& engine) {
    std::vector<Migration> migrations;
    for (Section section : engine.list("migrations"))
        migrations.push_back(read_migration(reader, section, migrations));
    return migrations;
}

} // namespace locum::suite
