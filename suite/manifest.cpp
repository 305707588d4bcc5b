#include "suite/manifest.hpp"

#include "engine/error.hpp"
#include "engine/locum_version.hpp"
#include "suite/manifest_reader.hpp"
#include "suite/manifest_write.hpp"
#include "suite/paths.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::suite {

using engine::Error;
using engine::Kind;

std::string_view name(Role role) {
    switch (role) {
    case Role::server:
        return "server";
    case Role::balancer:
        return "balancer";
    case Role::console:
        return "console";
    case Role::mirror:
        return "mirror";
    }
    return "unknown";
}

const Component* Manifest::component(std::string_view wanted) const {
    const auto found = std::find_if(components.begin(), components.end(),
                                    [&](const Component& c) { return c.name == wanted; });
    return found == components.end() ? nullptr : &*found;
}

std::vector<std::string> Manifest::services_of(std::string_view wanted) const {
    std::vector<std::string> names;
    for (const Service& service : services)
        if (service.component == wanted)
            names.push_back(service.name);
    return names;
}

bool Manifest::has_configs(std::string_view wanted) const {
    return std::any_of(configs.begin(), configs.end(),
                       [&](const Config& config) { return config.component == wanted; });
}

bool Manifest::has_life(std::string_view wanted) const {
    return !services_of(wanted).empty() ||
           std::any_of(probes.begin(), probes.end(),
                       [&](const Probe& probe) { return probe.component == wanted; });
}

bool leads(const Engine& engine, const std::string& from, const std::string& to) {
    std::vector<std::string> reached = {from};
    for (std::size_t i = 0; i < reached.size(); ++i)
        for (const datasource::Migration& step : engine.migrations)
            if (step.from == reached[i] &&
                std::find(reached.begin(), reached.end(), step.to) == reached.end())
                reached.push_back(step.to);
    return std::find(reached.begin(), reached.end(), to) != reached.end();
}

std::string payload_part(std::string_view component) {
    return fmt::format("payload/{}.tar.zst", component);
}

std::string via_part(const Via& via) {
    return fmt::format("via/{}.locum", via.version.text());
}

std::vector<std::string> part_paths(const Manifest& manifest) {
    std::vector<std::string> paths;
    for (const std::string& payload : payloads_of(manifest))
        paths.push_back(payload_part(payload));
    for (const auto& text : {manifest.licence, manifest.information})
        paths.push_back(text);
    for (const auto& config : manifest.configs)
        paths.push_back(config.template_file);
    for (const auto& [kind, engine] : manifest.database.engines) {
        paths.push_back(engine.copy_ddl);
        for (const auto& migration : engine.migrations)
            for (const auto& part : migration.run)
                if (part.host_file.empty() && part.argv.empty())
                    paths.push_back(part.name);
    }
    for (const Via& via : manifest.via)
        paths.push_back(via_part(via));
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    paths.erase(std::remove(paths.begin(), paths.end(), ""), paths.end());
    return paths;
}

std::string read_path(Section& section, std::string_view key) {
    const Text text = section.text(key);
    const std::string fault = path_fault(text.value, longest_part_path);
    if (!fault.empty())
        section.fail(text.at, fmt::format("{} for '{}'", fault, key),
                     "a path below the suite's folder");
    const bool packed = text.value.compare(0, 8, "payload/") == 0 && text.value.size() > 8 + 8 &&
                        text.value.compare(text.value.size() - 8, 8, ".tar.zst") == 0;
    const bool carried = text.value.starts_with("via/") && text.value.ends_with(".locum");
    if (packed || carried || text.value == "manifest.toml" || text.value == "signatures")
        section.fail(text.at, fmt::format("the path '{}'", text.value),
                     "a path that the bundle does not need itself");
    return text.value;
}

std::optional<unsigned> mode_of(std::string_view text) {
    if (text.size() != 4 || text[0] != '0' || text.find_first_not_of("01234567") != text.npos)
        return std::nullopt;
    unsigned mode = 0;
    for (const char c : text)
        mode = mode * 8 + static_cast<unsigned>(c - '0');
    return mode;
}

unsigned read_mode(Section& section, std::string_view key, std::string_view missing) {
    const Text text = section.text(key, missing);
    const auto mode = mode_of(text.value);
    if (!mode)
        section.fail(text.at, fmt::format("'{}' for '{}'", text.value, key), good_mode);
    return *mode;
}

std::size_t read_choice(Section& section, std::string_view key,
                        const std::vector<std::string_view>& choices, std::string_view missing) {
    const Text text = missing.empty() ? section.text(key) : section.text(key, missing);
    const auto found = std::find(choices.begin(), choices.end(), text.value);
    if (found == choices.end())
        section.fail(text.at, fmt::format("'{}' for '{}'", text.value, key),
                     fmt::format("one of {}", fmt::join(choices, ", ")));
    return static_cast<std::size_t>(found - choices.begin());
}

std::vector<std::string> refer_all(References& references, const Section& section,
                                   const std::vector<Text>& names) {
    std::vector<std::string> values;
    for (const Text& name : names) {
        references.refer(section, "component", name);
        if (std::find(values.begin(), values.end(), name.value) != values.end())
            section.fail(name.at, fmt::format("'{}' twice", name.value), "each component once");
        values.push_back(name.value);
    }
    return values;
}

std::string refer_one(References& references, Section& section, std::string_view key) {
    const Text name = section.text(key);
    references.refer(section, "component", name);
    return name.value;
}

std::string with_variables(References& references, Section& section, std::string_view key,
                           const KnownIn& known) {
    const Text text = section.one_line(key);
    if (text.value.empty())
        section.fail(text.at, fmt::format("an empty text for '{}'", key), "a text");
    references.variables(section, text, known);
    return text.value;
}

engine::Version read_version(Section& section, std::string_view key) {
    const Text text = section.text(key);
    try {
        return engine::Version::parse(text.value);
    } catch (const Error&) {
        section.fail(text.at, fmt::format("'{}' for '{}'", text.value, key),
                     "one to four numbers separated by dots, such as \"2.0\"");
    }
}

void ManifestReader::read_format() {
    const auto most = std::numeric_limits<int>::max();
    manifest.format = static_cast<int>(file.number("format", 1, most));
    if (manifest.format > newest_format)
        throw Error(
            fmt::format("the manifest is of format {}; this Locum, {}, reads formats up to {}",
                        manifest.format, engine::locum_version(), newest_format),
            Kind::refused)
            .remedy("install a newer Locum, then run the command again");
    manifest.locum = read_version(file, "locum");
}

void ManifestReader::read_header() {
    read_format();
    if (manifest.locum > engine::Version::parse(engine::locum_version()))
        throw Error(fmt::format("the manifest needs Locum {} or newer; this is Locum {}",
                                manifest.locum.text(), engine::locum_version()),
                    Kind::refused)
            .remedy(fmt::format("install Locum {} or newer, or take it out of a bundle that brings "
                                "it: locum bundle program BUNDLE --output FILE; then run the "
                                "command again with it",
                                manifest.locum.text()));
}

void ManifestReader::read_suite() {
    Section suite = file.section("suite", true);
    const Text name = suite.text("name");
    references.declare(suite, "suite", name);
    if (!is_account_name(name.value)) // its services run as an account of this name
        suite.fail(name.at, fmt::format("'{}' for 'name'", name.value),
                   std::string(account_name_rule));
    manifest.name = name.value;
    manifest.title = suite.one_line("title").value;
    manifest.version = read_version(suite, "version");
    const Text schema = suite.one_line("schema");
    if (schema.value.empty())
        suite.fail(schema.at, "an empty text for 'schema'", "a schema version");
    manifest.schema = schema.value;
    if (suite.has("licence"))
        manifest.licence = read_path(suite, "licence");
    if (suite.has("information"))
        manifest.information = read_path(suite, "information");
    suite.done();

    Section facts = file.section("compatibility", true);
    for (const Text& from : facts.texts("upgrades-from")) {
        auto& all = manifest.upgrades_from;
        if (from.value.empty() || std::find(all.begin(), all.end(), from.value) != all.end())
            facts.fail(from.at, fmt::format("'{}' in 'upgrades-from'", from.value),
                       "schema versions, each once");
        all.push_back(from.value);
    }
    const std::vector<std::string_view> words = {"works", "breaks"};
    manifest.old_binary_on_new_schema =
        static_cast<Compatibility>(read_choice(facts, "old-binary-on-new-schema", words));
    manifest.new_binary_on_old_schema =
        static_cast<Compatibility>(read_choice(facts, "new-binary-on-old-schema", words));
    facts.done();
}

Manifest parse_manifest(std::string_view text, const std::string& file_name) {
    const std::size_t files = written_files_at(text);
    ManifestReader reader{Section::parse(text.substr(0, files), file_name), {}, {}};
    engine::during("reading " + file_name, [&] { reader.read_header(); });
    reader.read_suite();
    reader.read_components();
    reader.read_requirements();
    reader.read_advice();
    reader.read_secrets();
    reader.read_host_files();
    reader.read_outgoing();
    reader.read_shortcuts();
    reader.read_ports();
    reader.read_configs();
    reader.read_services();
    reader.read_probes();
    reader.read_balancing();
    reader.read_database();
    reader.read_program();
    reader.read_via();
    reader.read_parts();
    reader.read_files(text, files);
    reader.file.done();
    reader.references.check(reader.manifest);
    return std::move(reader.manifest);
}

} // namespace locum::suite
