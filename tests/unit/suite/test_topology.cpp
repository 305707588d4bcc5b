// What comes by itself, and what may run together.

#include "suite/topology.hpp"
#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

using Names = std::vector<std::string>;

const std::string tool = R"([components.tool]
title = "Tool"
role = "console"
with = "server"
payload = "payload/tool"
)";
const std::string topologies = "one = { title = \"One\", components = [\"server\"] }\n";

// With a tool that comes with each server, and a topology without servers.
std::string with_tool() {
    return replaced(replaced(valid, "[components.front]", tool + "[components.front]"), topologies,
                    "one = { title = \"One\", components = [\"server\", \"tool\"] }\n"
                    "many = { title = \"Many\", components = [\"server\", \"tool\", \"front\"] }\n"
                    "fronts = { title = \"Fronts\", components = [\"front\"] }\n");
}

} // namespace

TEST_CASE("what comes with a component is selected with it, once, and never without") {
    const Manifest manifest = parse_manifest(with_tool(), "s.toml");
    CHECK(manifest.component("tool")->requires_ == Names{"server"});
    CHECK(completed(manifest, {"server"}) == Names{"server", "tool"});
    CHECK(completed(manifest, {"front", "server"}) == Names{"front", "server", "tool"});
    CHECK(completed(manifest, {"tool", "server"}) == Names{"tool", "server"});
    CHECK(completed(manifest, {"front"}) == Names{"front"});
    CHECK(completed(manifest, {}).empty());
}

TEST_CASE("a selection is of a topology that has all of it") {
    const Manifest manifest = parse_manifest(with_tool(), "s.toml");
    CHECK(topology_of(manifest, {"server"})->name == "one");
    CHECK(topology_of(manifest, {"front"})->name == "many");
    CHECK(topology_of(manifest, {"front", "tool"})->name == "many");
    CHECK(topology_of(manifest, {"server", "unknown"})->name == "one");
    CHECK(topologies_text(manifest) ==
          "one (server, tool) or many (server, tool, front) or fronts (front)");
    const Manifest apart = parse_manifest(
        replaced(valid, topologies,
                 topologies + "fronts = { title = \"Fronts\", components = [\"front\"] }\n"),
        "s.toml");
    CHECK(topology_of(apart, {"server", "front"}) == nullptr);
}

TEST_CASE("mistakes with what comes with another component") {
    const auto said = [](const std::string& from, const std::string& to) {
        return complaint(replaced(with_tool(), from, to));
    };
    CHECK(complaint(with_tool()) == "accepted");
    CHECK(said("with = \"server\"", "with = \"srver\"").find("the component 'srver', which does") !=
          std::string::npos);
    CHECK(said("with = \"server\"", "with = \"tool\"").find("which requires itself in the end") !=
          std::string::npos);
    CHECK(said("components = [\"server\", \"tool\"]", "components = [\"server\"]")
              .find("found the topology 'one' with one of 'server' and 'tool' only; expected both "
                    "or none: 'tool' comes with 'server'") != std::string::npos);
    CHECK(said("components = [\"front\"]", "components = [\"front\", \"tool\"]")
              .find("the topology 'fronts' with one of") != std::string::npos);
    CHECK(said("role = \"console\"\nwith", "role = \"balancer\"\nwith")
              .find("the component 'tool' of role balancer, which comes with 'server'") !=
          std::string::npos);
    CHECK(said("requires = [\"server\"]", "with = \"tool\"")
              .find("the component 'front', which comes with 'tool', which comes with 'server'") !=
          std::string::npos);
}
