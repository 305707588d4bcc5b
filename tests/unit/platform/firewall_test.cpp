// The fake that others' tests have in place of a firewall. The real ones of Linux keep the contract
// in tests/lab/, that of Windows by what it is told and asked in windows/.

#include "tests/support/fake_firewall.hpp"
#include "tests/support/firewall_contract.hpp"

using namespace locum;

TEST_CASE("firewall, any system: the fake keeps the contract of firewalls") {
    testing::FakeFirewall fake;
    testing::keeps_firewall_contract(
        {[&](const std::string& owner) { return fake.of(owner); }, [] { return std::string(); }});
}
