// What the suite keeps in its database, and what `bundle build` adds: versions on the way, parts
// and files.

#include "suite/manifest_reader.hpp"

#include "suite/file_list.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <limits>

namespace locum::suite {

namespace {

constexpr std::int64_t largest_part = (std::int64_t{1} << 33) - 1; // of a ustar header's size field

void require_paths(const Manifest& manifest, const Section& section, const std::string& kind,
                   const Engine& engine) {
    if (!leads(engine, "", manifest.schema))
        section.fail(
            section.at(),
            fmt::format("no migrations of {} from nothing to schema {}", kind, manifest.schema),
            "a first migration without 'from', and steps from it to the suite's schema");
    for (const std::string& from : manifest.upgrades_from)
        if (!leads(engine, from, manifest.schema))
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
    if (kind == datasource::Kind::postgresql && section.has("oldest"))
        engine.oldest = read_version(section, "oldest");
    engine.migrations = read_migrations(reader, section);
    if (kind == datasource::Kind::sqlite && section.has("copy-ddl"))
        engine.copy_ddl = read_path(section, "copy-ddl");
    if (kind == datasource::Kind::sqlite)
        engine.encode = read_encodings(section);
    section.done();
    return engine;
}

} // namespace

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string read_sha256(Section& section) {
    const Text text = section.text("sha256");
    if (!is_sha256(text.value))
        section.fail(text.at, fmt::format("'{}' for 'sha256'", text.value), good_sha256);
    return text.value;
}

void ManifestReader::read_database() {
    Section section = file.section("database", true);
    // For people only: Locum knows the application's sessions by its account.
    if (section.has("application-name")) {
        const Text name = section.one_line("application-name");
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

void ManifestReader::read_via() {
    for (Section section : file.list("via")) {
        const Via via{read_version(section, "version"), section.one_line("schema").value};
        section.done();
        const auto& all = manifest.via;
        if (!(via.version < manifest.version) ||
            (!all.empty() && !(all.back().version < via.version)))
            section.fail(section.at(), fmt::format("the version {} in 'via'", via.version.text()),
                         "versions before " + manifest.version.text() + ", in their order");
        manifest.via.push_back(via);
    }
}

void ManifestReader::list_parts() {
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
}

void ManifestReader::read_parts() {
    list_parts();
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

void ManifestReader::read_files(std::string_view text, std::size_t at) {
    if ((at == text.size()) != manifest.parts.empty())
        file.fail(file.at(),
                  manifest.parts.empty() ? "[files] without [[parts]]"
                                         : "[[parts]] without [files]",
                  "both, as `bundle build` writes them");
    if (at < text.size())
        manifest.files = suite::read_files(text, at, payloads_of(manifest), file);
}

} // namespace locum::suite
