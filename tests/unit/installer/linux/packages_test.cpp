// Packages of the host that a component needs, by dpkg.

#include "engine/check.hpp"
#include "installer/surroundings.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using engine::Severity;

namespace {

const std::vector<std::string> server = {"server"};

suite::Manifest with_packages(std::vector<std::string> packages) {
    suite::Manifest manifest = small_manifest();
    for (suite::Component& component : manifest.components)
        if (component.name == "server")
            component.packages = packages;
    return manifest;
}

} // namespace

TEST_CASE("surroundings: packages that are installed, and one that is not") {
    const auto here = installer::ask_packages(with_packages({"dpkg", "bash"}), server);
    CHECK(installer::package_findings(here).empty());
    CHECK(!here.rpm);
    const auto manifest = with_packages({"dpkg", "locum-no-such-package"});
    const auto missing = installer::ask_packages(manifest, server);
    const auto findings = installer::package_findings(missing);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "packages");
    CHECK(findings[0].severity == Severity::error);
    CHECK(findings[0].found == "not installed: locum-no-such-package");
    CHECK(findings[0].remedy == "apt-get install locum-no-such-package");
    CHECK(findings[0].may_be_ignored);
    CHECK(installer::ask_packages(manifest, {"tool"}).missing.empty()); // not selected
    const auto unknown = installer::package_findings({{}, false, "nobody to ask"});
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].severity == Severity::warning);
}
