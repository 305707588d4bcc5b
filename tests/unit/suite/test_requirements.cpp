// Systems that a suite asks for, and what it advises.

#include "suite/requirements.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using platform::OperatingSystem;
using suite::meets;
using suite::parse_system_requirement;

namespace {

bool good(const OperatingSystem& system, const std::string& requirement) {
    return meets(system, parse_system_requirement(requirement).value());
}

suite::Manifest with(const std::string& more) {
    return suite::parse_manifest(small_suite_toml("1.0") + more, "suite.toml");
}

} // namespace

TEST_CASE("requirements: a system by its ID and its oldest version") {
    const OperatingSystem debian{"debian", {}, "12", ""};
    CHECK(good(debian, "debian"));
    CHECK(good(debian, "debian >= 12"));
    CHECK(good(debian, "debian>=11.5"));
    CHECK(!good(debian, "debian >= 12.1"));
    CHECK(!good(debian, "debian >= 13"));
    CHECK(!good(debian, "rhel"));
    const OperatingSystem sid{"debian", {}, "", ""};
    CHECK(good(sid, "debian"));
    CHECK(!good(sid, "debian >= 12")); // it cannot be told; the finding may be ignored
}

TEST_CASE("requirements: kin count by the same versions only where they do") {
    const OperatingSystem rocky{"rocky", {"rhel", "centos", "fedora"}, "9.4", ""};
    CHECK(good(rocky, "rhel >= 9"));
    CHECK(!good(rocky, "rhel >= 9.5"));
    const OperatingSystem ubuntu{"ubuntu", {"debian"}, "24.04", ""};
    CHECK(good(ubuntu, "debian"));
    CHECK(!good(ubuntu, "debian >= 12")); // 24.04 is no Debian 24
    CHECK(good(ubuntu, "ubuntu >= 22.04"));
}

TEST_CASE("requirements: what is no system") {
    for (const char* text : {"", ">= 12", "Debian", "debian >=", "debian >= twelve", "debian > 12",
                             "debian 12", "debian <= 12"})
        CHECK_MESSAGE(!parse_system_requirement(text), text);
    CHECK(to_text(*parse_system_requirement("  debian   >=  12 ")) == "debian >= 12");
}

TEST_CASE("manifest: requirements and advice are read, and wrong ones are answered with their "
          "place") {
    const suite::Manifest manifest = with(R"(
[requirements]
os = ["debian >= 12", "rhel >= 9"]
arch = ["x86_64"]
[[advice]]
together = ["server", "balancer"]
says = "apart above 50,000 devices"
[[advice]]
of = "server"
per = "balancer"
at-most = 3
says = "add a balancer"
[[advice]]
of = "server"
at-most = 6
says = "make a second network"
[[advice]]
of = "balancer"
at-least = 2
says = "one is not enough"
)");
    CHECK(manifest.requirements.systems.size() == 2);
    CHECK(manifest.requirements.architectures == std::vector<std::string>{"x86_64"});
    REQUIRE(manifest.advice.size() == 4);
    CHECK(manifest.advice[0].together.size() == 2);
    CHECK(manifest.advice[1].at_most == 3);
    CHECK(manifest.advice[2].per.empty());
    CHECK(manifest.advice[2].at_least == 0);
    CHECK(manifest.advice[3].at_least == 2);
    CHECK(manifest.advice[3].at_most == 0);
    CHECK(with("").requirements.systems.empty());

    for (const auto& [text, said] :
         {std::pair{"[requirements]\nos = [\"debian 12\"]\n", "'debian 12' in 'os'"},
          {"[requirements]\nos = [\"debian\", \"debian\"]\n", "'debian' in 'os'"},
          {"[requirements]\narch = [\"\"]\n", "'' in 'arch'"},
          {"[requirements]\nram = 3\n", "ram"},
          {"[[advice]]\nsays = \"x\"\n", "neither or both"},
          {"[[advice]]\nsays = \"x\"\ntogether = [\"server\"]\nof = \"server\"\n",
           "neither or both"},
          {"[[advice]]\nsays = \"x\"\nof = \"server\"\nper = \"balancer\"\n", "at-most"},
          {"[[advice]]\nsays = \"x\"\nof = \"server\"\nat-most = 1\nat-least = 1\n", "at-most"},
          {"[[advice]]\nsays = \"x\"\nof = \"server\"\nper = \"balancer\"\nat-least = 1\n",
           "at-most"},
          {"[[advice]]\nsays = \"x\"\ntogether = [\"servr\"]\n", "servr"}})
        CHECK_MESSAGE(contains(error_of([&, text = text] { with(text); }).what(), said), text);
}
