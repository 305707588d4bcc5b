// Which accounts services run as, where the system has one for each.

#include "installer/accounts.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/small_suite.hpp"

#include <algorithm>

using namespace locum;
using namespace locum::installer;

TEST_CASE("accounts: the operator's choice, else the service's own, or the system's") {
    suite::Manifest manifest = testing::small_manifest();
    cluster::NodeState node;
    node.suite = "small";
    node.components = {"balancer", "server"};
    suite::Service& service = manifest.services.at(0);
    CHECK(account_of(node, manifest, service) == "NT SERVICE\\small-" + service.name);
    service.user = "vendors"; // a name of Linux
    CHECK(account_of(node, manifest, service) == "NT SERVICE\\small-" + service.name);
    service.user = "root";
    CHECK(account_of(node, manifest, service).empty());
    node.services[service.name].account = "DOM\\svc";
    CHECK(account_of(node, manifest, service) == "DOM\\svc");
    CHECK(account_names(node, manifest).chosen == std::vector<std::string>{"DOM\\svc"});
}

TEST_CASE("accounts: who is let in on purpose are those of the services that are here") {
    suite::Manifest manifest = testing::small_manifest();
    cluster::NodeState node;
    node.suite = "small";
    const testing::Scratch scratch;
    const cluster::Layout layout{scratch.path(), "small"}; // no service of the host's
    CHECK(accounts_let_in(layout, node, manifest).empty());
    node.components = {manifest.services.at(0).component};
    node.services[manifest.services.at(0).name].account = "NT AUTHORITY\\LocalService";
    const std::vector<std::string> accounts = accounts_let_in(layout, node, manifest);
    CHECK(accounts.front() == "NT AUTHORITY\\LocalService");
    for (const suite::Service& service : manifest.services)
        CHECK((std::find(accounts.begin(), accounts.end(), account_of(node, manifest, service)) !=
               accounts.end()) == node.has(service.component));
}
