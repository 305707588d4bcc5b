// What the suite keeps in its database, and what `bundle build` adds: parts and files.

#include "suite/manifest_reader.hpp"

#include "suite/paths.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>
#include <map>
#include <set>

namespace locum::suite {

namespace {

constexpr std::int64_t largest_part = (std::int64_t{1} << 33) - 1; // of a ustar header's size field
constexpr std::int64_t largest_file = std::int64_t{1} << 40;

// Can `to` be reached from `from` by the migrations? "": no schema yet.
bool leads(const std::vector<datasource::Migration>& migrations, const std::string& from,
           const std::string& to) {
    std::vector<std::string> reached = {from};
    for (std::size_t i = 0; i < reached.size(); ++i)
        for (const auto& step : migrations)
            if (step.from == reached[i] &&
                std::find(reached.begin(), reached.end(), step.to) == reached.end())
                reached.push_back(step.to);
    return std::find(reached.begin(), reached.end(), to) != reached.end();
}

void require_paths(const Manifest& manifest, const Section& section, const std::string& kind,
                   const Engine& engine) {
    if (!leads(engine.migrations, "", manifest.schema))
        section.fail(
            section.at(),
            fmt::format("no migrations of {} from nothing to schema {}", kind, manifest.schema),
            "a first migration without 'from', and steps from it to the suite's schema");
    for (const std::string& from : manifest.upgrades_from)
        if (!leads(engine.migrations, from, manifest.schema))
            section.fail(section.at(),
                         fmt::format("no migrations of {} from schema {} to {}", kind, from,
                                     manifest.schema),
                         "steps from each schema of 'upgrades-from' to the suite's schema");
}

std::string joined(const std::vector<datasource::Encoding>& encodings) {
    std::vector<std::string_view> names;
    for (const auto encoding : encodings)
        names.push_back(datasource::name(encoding));
    return fmt::format("{}", fmt::join(names, ", "));
}

// Which type a column has, only the database knows; so any encoding may stand here.
datasource::Encoding read_encoding(Section& section, const Text& key,
                                   const std::vector<datasource::Encoding>& possible) {
    const Text word = section.text(key.value);
    const auto encoding = datasource::encoding_named(word.value);
    if (!encoding || std::find(possible.begin(), possible.end(), *encoding) == possible.end())
        section.fail(word.at, fmt::format("'{}' for '{}'", word.value, key.value),
                     joined(possible));
    return *encoding;
}

datasource::Encodings read_encodings(Section& engine) {
    using enum datasource::Encoding;
    datasource::Encodings encodings;
    Section types = engine.section("encode");
    for (const Text& key : types.keys()) {
        const std::string type = datasource::plain_type(key.value);
        const auto possible = datasource::encodings_of(key.value);
        if (possible.empty() || key.value.find('(') != std::string::npos)
            types.fail(key.at, fmt::format("the type '{}'", key.value),
                       "a type of PostgreSQL that a copy carries, without its length, or array; "
                       "'encode-columns' for a column of any other");
        if (!encodings.types.emplace(type, read_encoding(types, key, possible)).second)
            types.fail(key.at, fmt::format("'{}', another name of a type above", key.value),
                       "each type once");
    }
    Section columns = engine.section("encode-columns");
    for (const Text& key : columns.keys()) {
        const std::size_t dot = key.value.find('.');
        if (dot == std::string::npos || dot == 0 || dot + 1 == key.value.size())
            columns.fail(key.at, fmt::format("the column '{}'", key.value),
                         "\"table.column\", in quotes");
        encodings.columns[key.value] = read_encoding(
            columns, key, {text, integer, real, blob, json, host, epoch_s, epoch_ms, epoch_us});
    }
    return encodings;
}

Engine read_engine(ManifestReader& reader, Section& section, datasource::Kind kind) {
    Engine engine;
    const Text query = section.text("version-query");
    if (query.value.empty())
        section.fail(query.at, "an empty text for 'version-query'", "one SQL statement");
    engine.version.query = query.value;
    // None where the product has no place for it: then the query tells the version by columns.
    if (section.has("version-record")) {
        const Text record = section.text("version-record");
        if (record.value.find("$1") == std::string::npos)
            section.fail(record.at, "a 'version-record' without $1",
                         "$1 where the version is to stand, or no 'version-record'");
        engine.version.record = record.value;
    }
    engine.migrations = read_migrations(reader, section);
    if (kind == datasource::Kind::sqlite && section.has("copy-ddl"))
        engine.copy_ddl = read_path(section, "copy-ddl");
    if (kind == datasource::Kind::sqlite)
        engine.encode = read_encodings(section);
    section.done();
    return engine;
}

} // namespace

std::string read_sha256(Section& section) {
    const Text text = section.text("sha256");
    if (text.value.size() != 64 ||
        text.value.find_first_not_of("0123456789abcdef") != std::string::npos)
        section.fail(text.at, fmt::format("'{}' for 'sha256'", text.value),
                     "64 hexadecimal digits in lower case");
    return text.value;
}

namespace {

File read_file_entry(Section& section, const std::string& component) {
    File file;
    file.component = component;
    const Text path = section.text("path");
    std::string fault = path_fault(path.value, longest_file_path);
    if (!fault.empty())
        section.fail(path.at, fault, "a path that stays in the component's folder");
    file.path = path.value;
    file.type = static_cast<File::Type>(
        read_choice(section, "type", {"regular", "directory", "symlink"}, "regular"));
    if (file.type == File::Type::symlink) {
        const Text target = section.text("target");
        fault = link_fault(file.path, target.value);
        if (!fault.empty())
            section.fail(target.at, fault, "a link that stays in the component's folder");
        file.target = target.value;
        file.mode = 0777;
    } else {
        const bool folder = file.type == File::Type::directory;
        const unsigned least = folder ? 0700 : 0400; // for its owner, to fill and to remove it
        file.mode = read_mode(section, "mode", folder ? "0755" : "0644");
        if ((file.mode & least) != least)
            section.fail(section.at(), fmt::format("mode {:04o} for '{}'", file.mode, file.path),
                         fmt::format("at least {:04o}", least));
    }
    if (file.type == File::Type::regular) {
        file.size = static_cast<std::uint64_t>(section.number("size", 0, largest_file));
        file.sha256 = read_sha256(section);
    }
    section.done();
    return file;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? "" : path.substr(0, slash);
}

} // namespace

void ManifestReader::read_database() {
    Section section = file.section("database", true);
    // For people only: Locum knows the application's sessions by its account.
    if (section.has("application-name")) {
        const Text name = section.text("application-name");
        if (name.value.empty())
            section.fail(name.at, "an empty 'application-name'",
                         "how the suite's sessions call themselves, or no 'application-name'");
        manifest.database.application_name = name.value;
    }
    if (!section.has("node-local"))
        section.fail(section.at(), "no 'node-local' in [database]",
                     "the tables that each node may write for itself, or []");
    for (const Text& table : section.texts("node-local")) {
        auto& all = manifest.database.node_local;
        if (table.value.empty() || std::find(all.begin(), all.end(), table.value) != all.end())
            section.fail(table.at, fmt::format("'{}' in 'node-local'", table.value),
                         "tables, each once");
        all.push_back(table.value);
    }
    for (const auto& [kind, key] : {std::pair{datasource::Kind::postgresql, "postgresql"},
                                    std::pair{datasource::Kind::sqlite, "sqlite"}}) {
        Section engine = section.section(key);
        if (!section.has(key))
            continue;
        Engine& read = manifest.database.engines[kind] = read_engine(*this, engine, kind);
        require_paths(manifest, engine, key, read);
    }
    if (manifest.database.engines.empty())
        section.fail(section.at(), "no engine in [database]",
                     "[database.postgresql], [database.sqlite] or both");
    section.done();
}

void ManifestReader::read_parts() {
    for (Section section : file.list("parts")) {
        Part part;
        const Text path = section.text("path");
        // Which paths are good follows from the rest of the manifest; see below.
        part.path = path.value;
        part.size = static_cast<std::uint64_t>(section.number("size", 0, largest_part));
        part.sha256 = read_sha256(section);
        section.done();
        if (!manifest.parts.empty() && manifest.parts.back().path >= part.path)
            section.fail(
                path.at,
                fmt::format("the part '{}' after '{}'", part.path, manifest.parts.back().path),
                "parts sorted by path, each once");
        manifest.parts.push_back(std::move(part));
    }
    if (!file.has("parts"))
        return;
    const auto wanted = part_paths(manifest);
    std::vector<std::string> listed;
    for (const Part& part : manifest.parts)
        listed.push_back(part.path);
    const auto [want, have] =
        std::mismatch(wanted.begin(), wanted.end(), listed.begin(), listed.end());
    if (want == wanted.end() && have == listed.end())
        return;
    const bool missing = have == listed.end() || (want != wanted.end() && *want < *have);
    file.fail(
        file.at(),
        fmt::format("parts with {} '{}'", missing ? "no" : "the unneeded", missing ? *want : *have),
        "exactly the parts that the manifest names");
}

void ManifestReader::read_files() {
    Section components = file.section("files");
    for (const Text& name : components.keys()) {
        references.refer(components, "component", name);
        std::set<std::string> folders = {""};
        std::string last;
        for (Section section : components.list(name.value)) {
            File entry = read_file_entry(section, name.value);
            if (entry.path <= last)
                section.fail(section.at(),
                             fmt::format("the file '{}' after '{}'", entry.path, last),
                             "files sorted by path, each once");
            last = entry.path;
            // What is unpacked never passes through a link, since all above it are folders.
            if (folders.count(folder_of(entry.path)) == 0)
                section.fail(section.at(), fmt::format("'{}' without its folder", entry.path),
                             "each folder before what is in it");
            if (entry.type == File::Type::directory)
                folders.insert(entry.path);
            manifest.files.push_back(std::move(entry));
        }
    }
    if (!manifest.files.empty() && manifest.parts.empty())
        file.fail(components.at(), "[files] without [[parts]]",
                  "both, as `bundle build` writes them");
}

} // namespace locum::suite
