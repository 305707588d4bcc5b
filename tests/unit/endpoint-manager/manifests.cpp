#include "platform/files.hpp"
#include "suite/manifest.hpp"
#include "tests/support/sources.hpp"

#include <doctest/doctest.h>

using namespace locum;

namespace {

const std::string folder = testing::source_file("examples/endpoint-manager/");

suite::Manifest manifest(const std::string& version) {
    const std::string name = "suite-" + version + ".toml";
    return suite::parse_manifest(platform::read_file(folder + name), name);
}

} // namespace

TEST_CASE("both manifests are good, and name files that are there") {
    for (const std::string version : {"1.0", "2.0"}) {
        CAPTURE(version);
        const suite::Manifest found = manifest(version);
        CHECK(found.schema == version);
        CHECK(found.upgrades_from.empty() == (version == "1.0"));
        CHECK(platform::exists(folder + found.licence));
        CHECK(platform::exists(folder + found.information));
        for (const auto& config : found.configs)
            CHECK(platform::exists(folder + config.template_file));
        CHECK(found.database.engines.size() == 2);
        for (const auto& [kind, engine] : found.database.engines) {
            CHECK(engine.migrations.back().to == version);
            for (const auto& migration : engine.migrations)
                CHECK(platform::exists(folder + migration.run.at(0).name));
        }
    }
}
