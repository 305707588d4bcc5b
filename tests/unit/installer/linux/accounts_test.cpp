// Accounts that are declared for systemd, and their folders.

#include "installer/accounts.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::installer;

namespace {

suite::Manifest manifest() {
    suite::Manifest manifest;
    manifest.name = "shop";
    manifest.title = "The Shop";
    suite::Component server;
    server.name = "server";
    suite::Component balancer;
    balancer.name = "balancer";
    balancer.role = suite::Role::balancer;
    manifest.components = {balancer, server};
    suite::Service proxy;
    proxy.name = "proxy";
    proxy.component = "balancer";
    proxy.user = "shop-proxy";
    suite::Service web;
    web.name = "web";
    web.component = "server";
    manifest.services = {proxy, web};
    return manifest;
}

cluster::NodeState node(std::vector<std::string> components) {
    cluster::NodeState node;
    node.suite = "shop";
    node.components = std::move(components);
    node.data_folder = "/srv/the shop/100%";
    node.run_folder = "/run/shop";
    return node;
}

const cluster::Layout layout{"", "shop"};

} // namespace

TEST_CASE("accounts: the operator's choice, else the vendor's, else the suite's name") {
    const suite::Manifest of = manifest();
    cluster::NodeState here = node({"balancer", "server"});
    CHECK(account_of(here, of, of.services[0]) == "shop-proxy");
    CHECK(account_of(here, of, of.services[1]) == "shop");
    here.services["web"].account = "dom-svc";
    here.services["proxy"].by_hand = true; // chooses no account
    CHECK(account_of(here, of, of.services[0]) == "shop-proxy");
    CHECK(account_of(here, of, of.services[1]) == "dom-svc");
    CHECK(owner_of(here, of, "server") == "dom-svc");
    CHECK(owner_of(here, of, "one without services") == "root");
    CHECK(account_names(here, of).ours == std::vector<std::string>{"shop-proxy"});
    CHECK(account_names(here, of).chosen == std::vector<std::string>{"dom-svc"});
}

TEST_CASE(
    "accounts: declared are those of the components here, never root or one that was chosen") {
    suite::Manifest of = manifest();
    cluster::NodeState here = node({"balancer", "server"});
    CHECK(accounts_text(here, of) == "# Written by Locum for The Shop.\n"
                                     "g shop -\n"
                                     "u shop-proxy -:shop \"The Shop\" \"/srv/the shop/100%%\"\n"
                                     "u shop -:shop \"The Shop\" \"/srv/the shop/100%%\"\n");
    here.services["web"].account = "dom-svc";
    of.services[0].user = "root";
    of.title = "50% \"off\": the \\ shop";
    CHECK(accounts_text(here, of) == "# Written by Locum for 50 off the  shop.\ng shop -\n");
}

TEST_CASE("accounts: folders are root's, and the accounts' files in them their own") {
    CHECK(folders_text(layout, node({"balancer", "server"}), manifest()) ==
          "# Written by Locum for The Shop.\n"
          "d \"/etc/opt/shop\" 0750 root shop -\n"
          "d \"/run/shop\" 1770 root shop -\n"
          "d \"/var/log/locum/shop\" 1770 root shop -\n"); // no folder that was there before
    cluster::NodeState here = node({"server"});
    here.data_folder = "/var/opt/shop";
    CHECK(folders_text(layout, here, manifest()).find("d \"/var/opt/shop\" 1770 root shop -\n") !=
          std::string::npos);
}

TEST_CASE("accounts: below a folder there are none") {
    const testing::Scratch root;
    const cluster::Layout below{root.path(), "shop"};
    make_accounts(below, node({"server"}), manifest());
    CHECK(account_faults(below, node({"server"}), manifest()).empty());
    CHECK(!accounts_are_there(below));
    CHECK(platform::list_folder(root.path()).empty());
}
