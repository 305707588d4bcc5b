// Who belongs to the cluster, also while the database that knows it is away.

#include "cluster/members.hpp"

#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
#include "cluster/registry.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Members;
using engine::Kind;

namespace {

// The certificate that a node shows, as far as it counts here.
token::CertificateFacts shown(const std::string& node, std::vector<std::string> roles = {"server"},
                              const std::string& pin = "another key") {
    token::CertificateFacts facts;
    facts.node = node;
    facts.roles = std::move(roles);
    facts.pin = pin;
    return facts;
}

// node-1, whose registry knows node-2 too.
struct Known {
    Site site;
    std::string registry;
    std::string kept;

    Known() {
        site.run_until("files/config-server");
        const datasource::Settings settings = *site.installation().facts.datasource;
        registry = cluster::registry_file(settings);
        kept = site.layout().state_file("members");
        cluster::Store store(settings, "small");
        cluster::NodeRow other;
        other.name = "node-2";
        other.installation = "i2";
        other.address = "127.0.0.1";
        cluster::Registry(store).add_node(other);
    }
    // A server whose key is another than the one of shown().
    void add_again(const std::string& node) {
        cluster::Store store(*site.installation().facts.datasource, "small");
        cluster::NodeRow row;
        row.name = node;
        row.installation = "of the new host";
        row.address = "127.0.0.1";
        row.roles = {"server"};
        cluster::Registry(store).add_node(row);
        cluster::keep_key(store, row.installation, "its key");
    }
    void remove(const std::string& node) {
        cluster::Store store(*site.installation().facts.datasource, "small");
        cluster::Registry(store).remove_node(node);
    }
    token::CertificateFacts own() {
        return token::facts_of(cluster::load_identity(site.layout()).certificate_pem);
    }
    // A database that cannot be asked.
    void away() { platform::rename_durably(registry, registry + ".away"); }
    engine::Error refusal(const std::string& peer) {
        return error_of([&] { Members(site.layout()).require(shown(peer)); });
    }
};

} // namespace

TEST_CASE("members: who is registered, and this node, but nobody else") {
    Known known;
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require(known.own()));
    CHECK_NOTHROW(members.require(shown("node-2")));
    const engine::Error error = error_of([&] { members.require(shown("node-3")); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(contains(error.what(), "not registered"));
}

TEST_CASE("members: orders count from servers, by the registry's word of now") {
    Known known;
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require_server(known.own()));
    CHECK_NOTHROW(members.require(shown("node-2")));
    const engine::Error error = error_of([&] { members.require_server(shown("node-2")); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(contains(error.what(), "runs no server"));
    cluster::Store store(*known.site.installation().facts.datasource, "small");
    cluster::NodeRow row = cluster::Registry(store).node("node-2");
    row.roles = {"server"};
    cluster::Registry(store).change_selection(row);
    CHECK_NOTHROW(members.require_server(shown("node-2"))); // at once
    row.installation = "another";
    CHECK(error_of([&] { cluster::Registry(store).change_selection(row); }).kind() ==
          Kind::refused);
}

TEST_CASE("members: orders count from certificates of servers only, whoever can be asked") {
    Known known;
    { // closed behind it, since it is moved away
        cluster::Store store(*known.site.installation().facts.datasource, "small");
        cluster::NodeRow row = cluster::Registry(store).node("node-2");
        row.roles = {"server"};
        cluster::Registry(store).change_selection(row);
    }
    const token::CertificateFacts balancer = shown("node-2", {"balancer"});
    const auto refused = [&](Members& members) {
        CHECK_NOTHROW(members.require(balancer));
        const engine::Error error = error_of([&] { members.require_server(balancer); });
        CHECK(error.kind() == Kind::not_trusted);
        CHECK(contains(error.what(), "certificate is that of a node without a server"));
    };
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require_server(shown("node-2", {"balancer", "server"})));
    refused(members); // the registry's server of now, by the certificate of an older one
    known.away();
    Members later(known.site.layout());
    refused(later); // the registry is away
    CHECK_NOTHROW(later.require_server(shown("node-2")));
    cluster::forget_authority(known.site.layout());
    Members alone(known.site.layout());
    refused(alone); // no datasource here
    CHECK_NOTHROW(alone.require_server(shown("node-2")));
}

TEST_CASE("members: whoever has this node's name and another key is not this node") {
    Known known;
    Members members(known.site.layout());
    CHECK(members.is_own(known.own()));
    CHECK(!members.is_own(shown("node-1")));
    CHECK(error_of([&] { members.require_server(shown("node-1", {"balancer"})); }).kind() ==
          Kind::not_trusted);
}

TEST_CASE("members: a node that never learned them cannot tell while the database is away") {
    Known known;
    known.away();
    const engine::Error error = known.refusal("node-2");
    CHECK(error.kind() == Kind::failed);
    CHECK(contains(error.what(), "cannot tell whether node-2 belongs to the cluster"));
    CHECK(contains(error.what(), known.registry)); // the reason
    CHECK(contains(error.remedy(), "database"));
}

TEST_CASE("members: an agent that starts while the database is away knows whom it knew") {
    Known known;
    CHECK_NOTHROW(Members(known.site.layout()).require(shown("node-2")));
    CHECK(platform::has_mode(permissions(known.kept), 0600));
    known.away();
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require(shown("node-2")));
    CHECK_NOTHROW(
        members.require(shown("node-2"))); // again within the time that a failure is believed
    // One that may have been registered since.
    CHECK(contains(error_of([&] { members.require(shown("node-3")); }).what(), "cannot tell"));
}

TEST_CASE("members: who was removed is forgotten on the disk too") {
    Known known;
    CHECK_NOTHROW(Members(known.site.layout()).require(shown("node-2")));
    known.remove("node-2");
    CHECK(known.refusal("node-2").kind() == Kind::not_trusted);
    known.away();
    CHECK(contains(known.refusal("node-2").what(), "cannot tell"));
}

TEST_CASE("members: a list that cannot be read is none") {
    Known known;
    platform::write_file(known.kept, "[\"node-2", 0600);
    known.away();
    CHECK(contains(known.refusal("node-2").what(), "cannot tell"));
}

TEST_CASE("members: the list goes with the node's membership") {
    Known known;
    CHECK_NOTHROW(Members(known.site.layout()).require(shown("node-2")));
    cluster::remove_membership(known.site.layout());
    CHECK(!platform::exists(known.kept));
}

TEST_CASE("members: a removed node has no say where its name is another's by now") {
    Known known;
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require(shown("node-2")));
    known.remove("node-2");
    known.add_again("node-2");
    CHECK_NOTHROW(members.require_server(shown("node-2", {"server"}, "its key"))); // at once
    const auto refused = [&](Members& now) {
        for (const auto ask : {&Members::require, &Members::require_server})
            CHECK(error_of([&] { (now.*ask)(shown("node-2")); }).kind() == Kind::not_trusted);
    };
    refused(members);
    Members later(known.site.layout());
    refused(later);
    CHECK(contains(known.refusal("node-2").what(), cluster::not_registered)); // its agent asks
    CHECK(contains(known.refusal("node-2").what(), "has another key"));

    known.away();
    Members without(known.site.layout());
    CHECK_NOTHROW(without.require_server(shown("node-2", {"server"}, "its key")));
    CHECK(contains(error_of([&] { without.require(shown("node-2")); }).what(), "cannot tell"));
}

TEST_CASE("members: the key counts where the name is a server's since the last question") {
    Known known; // whose node-2 is none
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require(shown("node-2")));
    known.remove("node-2");
    known.add_again("node-2");
    // Believed for seconds as it was, and asked anew for since it is to give orders.
    CHECK(error_of([&] { members.require_server(shown("node-2")); }).kind() == Kind::not_trusted);
}

TEST_CASE("members: names that an older Locum kept are known without their keys") {
    Known known;
    platform::write_file(known.kept, R"(["node-1","node-2"])", 0600);
    known.away();
    CHECK_NOTHROW(Members(known.site.layout()).require(shown("node-2")));
}
