// Who belongs to the cluster, also while the database that knows it is away.

#include "cluster/members.hpp"

#include "cluster/membership.hpp"
#include "cluster/registry.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Members;
using engine::Kind;

namespace {

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
    void remove(const std::string& node) {
        cluster::Store store(*site.installation().facts.datasource, "small");
        cluster::Registry(store).remove_node(node);
    }
    // A database that cannot be asked.
    void away() { platform::rename_durably(registry, registry + ".away"); }
    engine::Error refusal(const std::string& peer) {
        return error_of([&] { Members(site.layout()).require(peer); });
    }
};

} // namespace

TEST_CASE("members: who is registered, and this node, but nobody else") {
    Known known;
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require("node-1"));
    CHECK_NOTHROW(members.require("node-2"));
    const engine::Error error = error_of([&] { members.require("node-3"); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(contains(error.what(), "not registered"));
}

TEST_CASE("members: orders count from servers, by the registry's word of now") {
    Known known;
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require_server("node-1"));
    CHECK_NOTHROW(members.require("node-2"));
    const engine::Error error = error_of([&] { members.require_server("node-2"); });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(contains(error.what(), "runs no server"));
    cluster::Store store(*known.site.installation().facts.datasource, "small");
    cluster::NodeRow row = cluster::Registry(store).node("node-2");
    row.roles = {"server"};
    cluster::Registry(store).change_selection(row);
    CHECK_NOTHROW(members.require_server("node-2")); // at once
    row.installation = "another";
    CHECK(error_of([&] { cluster::Registry(store).change_selection(row); }).kind() ==
          Kind::refused);
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
    CHECK_NOTHROW(Members(known.site.layout()).require("node-2"));
    CHECK(permissions(known.kept) == 0600);
    known.away();
    Members members(known.site.layout());
    CHECK_NOTHROW(members.require("node-2"));
    CHECK_NOTHROW(members.require("node-2")); // again within the time that a failure is believed
    // One that may have been registered since.
    CHECK(contains(error_of([&] { members.require("node-3"); }).what(), "cannot tell"));
}

TEST_CASE("members: who was removed is forgotten on the disk too") {
    Known known;
    CHECK_NOTHROW(Members(known.site.layout()).require("node-2"));
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
    CHECK_NOTHROW(Members(known.site.layout()).require("node-2"));
    cluster::remove_membership(known.site.layout());
    CHECK(!platform::exists(known.kept));
}
