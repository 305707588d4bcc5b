#include "cli/inventory_view.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>

using namespace locum;

namespace {

cluster::NodeRow node(const std::string& name, const std::string& address,
                      const std::vector<std::string>& components,
                      const std::vector<std::string>& roles) {
    cluster::NodeRow row;
    row.name = name;
    row.address = address;
    row.agent_port = 61616;
    row.components = components;
    row.roles = roles;
    return row;
}

} // namespace

TEST_CASE("inventory: a server comes first, and every text is quoted") {
    CHECK(cli::inventory_yaml({"small-suite",
                               "1.0",
                               {node("front", "198.51.100.12", {"balancer"}, {"balancer"}),
                                node("node-1", "2001:db8::11", {"server", "tool"}, {"server"})}}) ==
          R"(# small-suite 1.0, as its registry has it: written by locum inventory.
all:
  children:
    small_suite:
      vars:
        locum_suite: "small-suite"
      hosts:
        "node-1":
          ansible_host: "2001:db8::11"
          locum_address: "2001:db8::11"
          locum_agent_port: 61616
          locum_components: ["server","tool"]
        "front":
          ansible_host: "198.51.100.12"
          locum_address: "198.51.100.12"
          locum_agent_port: 61616
          locum_components: ["balancer"]
)");
}

TEST_CASE("inventory: two nodes with one address are refused by name") {
    try {
        cli::inventory_yaml({"small",
                             "1.0",
                             {node("node-1", "198.51.100.11", {"server"}, {"server"}),
                              node("node-2", "198.51.100.11", {"server"}, {"server"})}});
        FAIL("expected to be refused");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(error.one_line() == "node-1 and node-2 have the same address, 198.51.100.11");
        CHECK(error.remedy().starts_with("remove the one that is gone"));
    }
}
