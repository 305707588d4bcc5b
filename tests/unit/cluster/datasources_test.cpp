#include "cluster/datasources.hpp"

#include "cluster/membership.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::testing;
using cluster::NamedDatasource;
using engine::Kind;

namespace {

datasource::Settings at(const std::string& host) {
    datasource::Settings settings;
    settings.kind = datasource::Kind::postgresql;
    settings.host = host;
    settings.port = 5432;
    settings.database = "suite";
    settings.application = {"app", engine::Secret("app's")};
    settings.locum = {"locum", engine::Secret("locum's")};
    return settings;
}

struct Host {
    Scratch folder;
    cluster::Layout layout{folder / "root", "small"};
    Host() {
        platform::make_folders(platform::parent_of(layout.state_file("datasource.json")));
        cluster::store_datasource(layout, at("old"));
    }
    std::string active() const { return cluster::active_datasource(layout).name; }
    std::vector<std::string> kept() const {
        std::vector<std::string> names;
        for (const NamedDatasource& one : cluster::kept_datasources(layout))
            names.push_back(one.name);
        return names;
    }
    std::string file(const std::string& name) const {
        return layout.state_file("datasources/" + name + ".json");
    }
};

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("datasources: what was installed is the first, others are kept for us alone") {
    const Host host;
    CHECK(host.active() == cluster::first_datasource);
    CHECK(host.kept().empty());
    cluster::keep_datasource(host.layout, {"b", at("b")});
    cluster::keep_datasource(host.layout, {"a", at("a")});
    CHECK(host.kept() == Names{"a", "b"});
    CHECK(platform::has_mode(permissions(host.file("a")), 0600));
    CHECK(platform::has_mode(permissions(platform::parent_of(host.file("a"))), 0700));
    cluster::keep_datasource(host.layout, {"a", at("changed")});
    CHECK(cluster::datasource_named(host.layout, "a").settings.host == "changed");
    cluster::forget_datasource(host.layout, "a");
    CHECK(host.kept() == Names{"b"});
}

TEST_CASE("datasources: one is used, and the one before is kept with its passwords") {
    const Host host;
    cluster::keep_datasource(host.layout, {"new", at("new")});
    cluster::use_datasource(host.layout, "new");
    CHECK(host.active() == "new");
    CHECK(cluster::load_datasource(host.layout).value().host == "new");
    CHECK(platform::has_mode(permissions(host.layout.state_file("datasource.json")), 0600));
    CHECK(host.kept() == Names{"productive"});
    cluster::use_datasource(host.layout, "new"); // so it is
    CHECK(host.kept() == Names{"productive"});
    cluster::use_datasource(host.layout, "productive");
    CHECK(host.active() == "productive");
    CHECK((cluster::load_datasource(host.layout).value().locum.password ==
           engine::Secret("locum's")));
    CHECK(host.kept() == Names{"new"});
}

TEST_CASE("datasources: cut off between its two files, the active one counts once") {
    const Host host;
    cluster::keep_datasource(host.layout, {"new", at("new")});
    cluster::use_datasource(host.layout, "new");
    const NamedDatasource active = cluster::active_datasource(host.layout);
    platform::write_file(host.file("new"), cluster::to_json(active).reveal(), 0600);
    CHECK(host.active() == "new");
    CHECK(host.kept() == Names{"productive"});
}

TEST_CASE(
    "datasources: what another host sends takes the place of what was sent, of nothing else") {
    const Host host;
    cluster::NodeState state;
    state.suite = "small";
    state.name = "node-2";
    cluster::store_node_state(host.layout, state);
    cluster::keep_sent_datasource(host.layout, {"a", at("a")});
    cluster::keep_sent_datasource(host.layout, {"a", at("changed")});
    CHECK(cluster::datasource_named(host.layout, "a").settings.host == "changed");
    cluster::keep_datasource(host.layout, {"a", at("own")}); // edited here
    const engine::Error error = error_of([&] {
        cluster::keep_sent_datasource(host.layout, {"a", at("a")});
    });
    CHECK(error.kind() == Kind::refused);
    CHECK(contains(error.what(), "node-2 keeps another datasource a of its own"));
    CHECK(contains(error.remedy(), "locum datasource remove a"));
    cluster::keep_sent_datasource(host.layout, {"a", at("own")}); // so it is
    CHECK(cluster::datasource_named(host.layout, "a").settings.host == "own");
    CHECK(!cluster::datasource_named(host.layout, "a").sent);
    cluster::use_datasource(host.layout, "a");
    cluster::keep_sent_datasource(host.layout, {"a", at("own")}); // so it is, and active
    CHECK(error_of([&] {
              cluster::keep_sent_datasource(host.layout, {"a", at("other")});
          }).kind() == Kind::refused);
}

TEST_CASE("datasources: that a change is under way is forgotten with them") {
    const Host host;
    cluster::begin_change(host.layout, "new");
    CHECK(cluster::change_under_way(host.layout) == "new");
    cluster::forget_kept_datasources(host.layout);
    CHECK(cluster::change_under_way(host.layout) == "");
}

TEST_CASE("datasources: a file that was cut off is told, and nothing that is in it") {
    const Host host;
    cluster::keep_datasource(host.layout, {"a", at("a")});
    const std::string text = platform::read_file(host.file("a"));
    platform::write_file(host.file("a"), text.substr(0, text.find("app's") + 4), 0600);
    const engine::Error error = error_of([&] { cluster::kept_datasources(host.layout); });
    CHECK(contains(error.what(), host.file("a") + " is damaged"));
    CHECK(!contains(error.what(), "app'"));
}

TEST_CASE("datasources: the active one is neither changed nor forgotten, names are plain") {
    const Host host;
    const auto refused = [&](const auto& work, Kind kind, const std::string& text) {
        const engine::Error error = error_of(work);
        CHECK(error.kind() == kind);
        CHECK(contains(error.what(), text));
        CHECK(!error.remedy().empty());
    };
    refused(
        [&] {
            cluster::keep_datasource(host.layout, {"productive", at("x")});
        },
        Kind::refused, "is the active datasource");
    refused([&] { cluster::forget_datasource(host.layout, "productive"); }, Kind::refused,
            "is the active datasource");
    refused([&] { cluster::forget_datasource(host.layout, "none"); }, Kind::usage,
            "known: productive");
    refused([&] { cluster::use_datasource(host.layout, "none"); }, Kind::usage,
            "known: productive");
    for (const char* name : {"", "-a", "A", "a/b", "..", "a b", "ä"})
        refused(
            [&] {
                cluster::keep_datasource(host.layout, {name, at("x")});
            },
            Kind::usage, "cannot be a datasource's name");
    cluster::keep_datasource(host.layout, {"kept", at("x")});
    platform::write_file(host.file("kept"), "{", 0600);
    refused([&] { cluster::kept_datasources(host.layout); }, Kind::needs_attention,
            host.file("kept"));
    cluster::forget_authority(host.layout); // the node gives its server away
    CHECK(!platform::exists(platform::parent_of(host.file("kept"))));
    refused([&] { cluster::active_datasource(host.layout); }, Kind::refused, "runs no server");
}
