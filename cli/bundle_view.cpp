#include "cli/bundle_view.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cli {

using nlohmann::json;

namespace {

// Systems for which there is something.
json words_of(const std::map<std::string, std::string>& by_system) {
    json words = json::array();
    for (const auto& [word, path] : by_system)
        words.push_back(word);
    return words;
}

std::string listed(const json& texts) {
    return fmt::format("{}", fmt::join(texts.get<std::vector<std::string>>(), ", "));
}

} // namespace

json bundle_value(const suite::Inspection& inspection) {
    const suite::Manifest& manifest = inspection.manifest;
    json components = json::array();
    for (const suite::Component& component : manifest.components)
        components.push_back({{"name", component.name},
                              {"title", component.title},
                              {"role", suite::name(component.role)},
                              {"disk-mb", component.disk_mb},
                              {"memory-mb", component.memory_mb},
                              {"requires", component.requires_},
                              {"with", component.with},
                              {"systems", words_of(component.payloads)}});
    json topologies = json::array();
    for (const suite::Topology& topology : manifest.topologies)
        topologies.push_back({{"name", topology.name},
                              {"title", topology.title},
                              {"components", topology.components}});
    json parts = json::array();
    for (const suite::Part& part : manifest.parts)
        parts.push_back({{"path", part.path}, {"size", part.size}, {"sha256", part.sha256}});
    json via = json::array();
    for (const suite::Via& one : manifest.via)
        via.push_back({{"version", one.version.text()}, {"schema", one.schema}});
    json program;
    if (manifest.program) {
        program = {{"version", manifest.program->version.text()},
                   {"systems", words_of(manifest.program->files)}};
    }
    return {{"suite", manifest.name},
            {"locum", manifest.locum.text()},
            {"program", program},
            {"title", manifest.title},
            {"version", manifest.version.text()},
            {"schema", manifest.schema},
            {"signers", inspection.signers},
            {"signature-matches", inspection.signature_matches},
            {"components", components},
            {"topologies", topologies},
            {"via", via},
            {"parts", parts}};
}

void print_bundle(const json& told) {
    fmt::print("{} {} (schema {})\n", told["title"].get<std::string>(),
               told["version"].get<std::string>(), told["schema"].get<std::string>());
    fmt::print("signed by {}: {}\n", listed(told["signers"]),
               told["signature-matches"].get<bool>()
                   ? "the signature matches that key; whether to trust "
                     "the key is yours to say"
                   : "THE SIGNATURE DOES NOT MATCH");
    for (const json& topology : told["topologies"])
        fmt::print("topology {:<20} {} ({})\n", topology["name"].get<std::string>(),
                   topology["title"].get<std::string>(), listed(topology["components"]));
    for (const json& component : told["components"])
        fmt::print("component {:<19} {} ({} MB disk, {} MB memory){}{}\n",
                   component["name"].get<std::string>(), component["title"].get<std::string>(),
                   component["disk-mb"].get<int>(), component["memory-mb"].get<int>(),
                   component["with"] == "" ? ""
                                           : ", comes with " + component["with"].get<std::string>(),
                   component["systems"].empty() ? "" : ", for " + listed(component["systems"]));
    if (const json& program = told["program"]; !program.is_null())
        fmt::print("program Locum {} for {}\n", program["version"].get<std::string>(),
                   listed(program["systems"]));
    for (const json& via : told["via"])
        fmt::print("carries {} (schema {})\n", via["version"].get<std::string>(),
                   via["schema"].get<std::string>());
    for (const json& part : told["parts"])
        fmt::print("part {:<40} {:>10} bytes\n", part["path"].get<std::string>(),
                   part["size"].get<std::uint64_t>());
}

} // namespace locum::cli
