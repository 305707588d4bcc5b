#include "upgrade/hops.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::upgrade {

using engine::Error;
using engine::Kind;

namespace {

std::string schemas(const suite::Manifest& manifest, std::string_view separator) {
    return manifest.upgrades_from.empty()
               ? "none"
               : fmt::format("{}", fmt::join(manifest.upgrades_from, separator));
}

} // namespace

Manifests carried_by(const suite::Bundle& bundle) {
    Manifests manifests;
    for (const suite::Bundle& carried : bundle.carried())
        manifests.push_back(&carried.manifest());
    return manifests;
}

bool reaches(const suite::Manifest& to, const std::string& schema) {
    return to.schema == schema || std::find(to.upgrades_from.begin(), to.upgrades_from.end(),
                                            schema) != to.upgrades_from.end();
}

std::optional<std::vector<std::size_t>> hops(const engine::Version& version,
                                             const std::string& schema, const suite::Manifest& to,
                                             const Manifests& carried) {
    using Way = std::vector<std::size_t>;
    if (reaches(to, schema) || !(version < to.version))
        return Way{};
    std::vector<std::size_t> newest(carried.size());
    for (std::size_t i = 0; i < newest.size(); ++i)
        newest[i] = i;
    std::sort(newest.begin(), newest.end(), [&](std::size_t a, std::size_t b) {
        return carried[b]->version < carried[a]->version;
    });
    std::vector<bool> met(carried.size());
    std::vector<Way> ways = {{}};
    for (std::size_t i = 0; i < ways.size(); ++i) {
        const Way way = ways[i];
        const suite::Manifest* from = way.empty() ? nullptr : carried[way.back()];
        if (from && reaches(to, from->schema))
            return way;
        for (const std::size_t next : newest) {
            const suite::Manifest& one = *carried[next];
            if (met[next] || !((from ? from->version : version) < one.version) ||
                !(one.version < to.version) || !reaches(one, from ? from->schema : schema))
                continue;
            met[next] = true;
            ways.push_back(way);
            ways.back().push_back(next);
        }
    }
    return std::nullopt;
}

Error no_way(const std::string& schema, const suite::Manifest& to, const Manifests& carried) {
    std::string what = fmt::format("the database has schema {}; version {} can upgrade from {}",
                                   schema, to.version.text(), schemas(to, ", "));
    std::vector<std::string> others;
    for (const suite::Manifest* one : carried)
        others.push_back(fmt::format("{} (schema {}, from {})", one->version.text(), one->schema,
                                     schemas(*one, ", ")));
    if (!others.empty())
        what +=
            fmt::format("; none of those that it carries leads there: {}", fmt::join(others, "; "));
    return Error(what, Kind::version_between)
        .remedy(to.upgrades_from.empty()
                    ? "ask the vendor for a version that upgrades from schema " + schema
                    : fmt::format("upgrade first to a version with schema {}; or have the vendor "
                                  "carry it in the bundle: locum bundle build … --via BUNDLE",
                                  schemas(to, " or ")));
}

ClusterFacts after(ClusterFacts facts, const suite::Manifest& version,
                   const std::string& manifest_sha256) {
    facts.version = version.version.text();
    facts.schema = version.schema;
    facts.manifest = manifest_sha256;
    facts.copy_obstacles.clear();
    for (NodeView& node : facts.nodes)
        if (brings_agent(version, node) &&
            node.facts->program->older_than(version.program->version))
            node.facts->program->version = version.program->version.text();
    return facts;
}

} // namespace locum::upgrade
