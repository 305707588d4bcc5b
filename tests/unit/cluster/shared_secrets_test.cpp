// What a cluster's shared secrets are made of, and what each kind of node holds.

#include "cluster/membership.hpp"
#include "cluster/shared_secrets.hpp"
#include "platform/hash.hpp"
#include "tests/support/small_suite.hpp"

#include <nlohmann/json.hpp>
#include <set>

using namespace locum;
using namespace locum::testing;
using cluster::Layout;
using engine::Kind;
using engine::Secret;
using nlohmann::json;
using suite::SharedSecret;
using Form = SharedSecret::Form;

namespace {

const SharedSecret api_key{"api-key", Form::hex, 16, {"server"}};
const SharedSecret console_key{"console-key", Form::base64, 32, {"balancer"}};
const SharedSecret common{"common", Form::hex, 8, {"server", "balancer"}};
const Secret seed(std::string(32, 's'));

suite::Manifest manifest(std::vector<SharedSecret> secrets = {api_key, console_key, common}) {
    suite::Manifest made = small_manifest();
    made.secrets = std::move(secrets);
    return made;
}

// A node of a network, with keys of its own.
struct Host {
    Scratch folder;
    Layout layout{folder.path(), "small"};

    Host(const token::Authority& authority, const std::string& name) {
        platform::make_folders(layout.state(), 0700);
        const token::NodeKey key = token::NodeKey::generate();
        cluster::store_identity(layout, {authority.sign(key.csr(name), name, {}), key.pem(),
                                         authority.certificate_pem()});
    }
    void be_server(const token::Authority& authority, const Secret& with = seed) const {
        cluster::store_authority(layout, authority.key_pem(), Secret(std::string(32, 'j')), with);
    }
    std::string value(const std::string& name, const std::string& component,
                      const suite::Manifest& of = manifest()) const {
        return cluster::secrets_of(layout, of, component).at(name).reveal();
    }
};

struct Network {
    token::Authority authority = token::Authority::create("c1", "small");
    Host server{authority, "node-1"};
    Host balancer{authority, "node-2"};

    Network() { server.be_server(authority); }
    void give(const suite::Manifest& of = manifest()) const {
        cluster::keep_secrets(balancer.layout,
                              cluster::secrets_for(server.layout, of, {"balancer"}));
    }
};

std::string value(const SharedSecret& secret, const Secret& of = seed,
                  const std::string& suite = "small") {
    return cluster::derived(of, suite, secret).reveal();
}

} // namespace

TEST_CASE("a secret is the same in every version of Locum: HKDF-SHA256 of the seed") {
    CHECK(value(api_key) == "16994a19552699b6a9ceb72b8158327b");
    CHECK(value(console_key) == "sQhv7NIYdOjDkajEpKA5RTtHiqyUcgLiiPpg4yeuOJc=");
    CHECK(value({"api-key", Form::hex, 64, {}}) ==
          "25b82d31d0919996fdf18289520f145b78be4e38c60da047dcd5835ed2f9d545"
          "460534339a81c46dbf8d1c2af4882782ff4651a476317418e3f9e13902428163");
}

TEST_CASE("forms have the length of their bytes") {
    for (std::size_t bytes : {8U, 9U, 10U, 64U}) {
        CHECK(value({"a", Form::hex, bytes, {}}).size() == 2 * bytes);
        CHECK(value({"a", Form::base64, bytes, {}}).size() == 4 * ((bytes + 2) / 3));
    }
}

TEST_CASE("secrets differ by seed, suite, name, form and bytes, and not by who gets them") {
    std::set<std::string> values{
        value(api_key), value(api_key, Secret(std::string(32, 't'))), value(api_key, seed, "large"),
        value({"api-kez", Form::hex, 16, {}}), value({"api-key", Form::base64, 16, {}}),
        // No part of a longer one is a shorter one.
        value({"api-key", Form::hex, 17, {}}).substr(0, 32)};
    CHECK(values.size() == 6);
    CHECK(value(api_key) == value({"api-key", Form::hex, 16, {"balancer"}}));
}

TEST_CASE("a server derives its components' secrets, and two components have the same") {
    const Network network;
    CHECK(network.server.value("api-key", "server") == value(api_key));
    CHECK(network.server.value("common", "server") == value(common));
    CHECK(cluster::secrets_of(network.server.layout, manifest(), "server").size() == 2);
    CHECK(network.server.value("common", "balancer") == value(common));
    CHECK(cluster::secrets_of(network.server.layout, manifest(), "tool").empty());
}

TEST_CASE("a node without a server holds its components' values and nothing to make others of") {
    const Network network;
    network.give();
    CHECK(network.balancer.value("console-key", "balancer") == value(console_key));
    CHECK(network.balancer.value("common", "balancer") == value(common));
    const engine::Error error =
        error_of([&] { cluster::secrets_of(network.balancer.layout, manifest(), "server"); });
    CHECK(error.kind() == Kind::needs_attention);
    CHECK(contains(error.what(), "has not got the secret 'api-key' that server needs"));
    CHECK(cluster::holds_secrets(network.balancer.layout, manifest(), {"balancer"}));
    CHECK(!cluster::holds_secrets(network.balancer.layout, manifest(), {"balancer", "server"}));
    CHECK_THROWS(cluster::load_suite_seed(network.balancer.layout));
    const std::string sent =
        cluster::secrets_for(network.server.layout, manifest(), {"balancer"}).reveal();
    CHECK(!contains(sent, value(api_key)));
    CHECK(contains(sent, value(common)));
    CHECK(cluster::secrets_for(network.server.layout, manifest(), {"tool"}).reveal() == "{}");
}

TEST_CASE("a new version's secrets are kept beside those of the version before") {
    const Network network;
    network.give();
    SharedSecret longer = console_key;
    longer.bytes = 48;
    const suite::Manifest next = manifest({longer, {"new", Form::hex, 16, {"balancer"}}});
    CHECK(!cluster::holds_secrets(network.balancer.layout, next, {"balancer"}));
    network.give(next);
    CHECK(network.balancer.value("console-key", "balancer", next) == value(longer));
    CHECK(network.balancer.value("new", "balancer", next) ==
          network.server.value("new", "balancer", next));
    CHECK(network.balancer.value("console-key", "balancer") == value(console_key));
}

TEST_CASE("values are sealed at rest, and go with the membership") {
    const Network network;
    network.give();
    for (const Host* host : {&network.server, &network.balancer}) {
        for (const std::string& name : platform::list_folder(host->layout.state())) {
            const std::string file = host->layout.state_file(name);
            CHECK(platform::has_mode(permissions(file), 0600));
            const std::string text = platform::read_file(file);
            for (const std::string& hidden :
                 {value(console_key), value(common), seed.reveal(), platform::hex(seed.reveal())})
                CHECK(!contains(text, hidden));
        }
        cluster::remove_membership(host->layout);
        CHECK(platform::list_folder(host->layout.state()).empty());
    }
}

TEST_CASE("another network's values do not take the place of ours, and ours stay") {
    const Network network;
    network.give();
    const Host other(network.authority, "node-3");
    other.be_server(network.authority, Secret(std::string(32, 't')));
    const engine::Error error = error_of([&] {
        cluster::keep_secrets(network.balancer.layout,
                              cluster::secrets_for(other.layout, manifest(), {"balancer"}));
    });
    CHECK(error.kind() == Kind::not_trusted);
    CHECK(!contains(error.what(), value(console_key)));
    CHECK(network.balancer.value("console-key", "balancer") == value(console_key));
}

TEST_CASE("servers of a network that has no seed agree on one: it follows from the CA's key") {
    const Network network;
    const Host second(network.authority, "node-3");
    second.be_server(network.authority);
    for (const Host* host : {&network.server, &second})
        platform::remove_all(host->layout.state_file("suite-seed.sealed"));
    const std::string made = network.server.value("api-key", "server");
    CHECK(made == second.value("api-key", "server"));
    CHECK(made != value(api_key));
    const Network other;
    platform::remove_all(other.server.layout.state_file("suite-seed.sealed"));
    CHECK(made != other.server.value("api-key", "server"));
}

TEST_CASE(
    "what may not be told: the shared secrets that are here, and the datasource's passwords") {
    const Network network;
    datasource::Settings settings;
    settings.application.password = Secret("of-application");
    settings.locum.password = Secret("of-locum");
    const Layout& server = network.server.layout;
    const engine::Secrets known = cluster::known_secrets(server, manifest(), settings);
    CHECK(known.at("datasource.password") == Secret("of-application"));
    CHECK(known.at("datasource.locum-password") == Secret("of-locum"));
    CHECK(known.at("secret.api-key").reveal() == network.server.value("api-key", "server"));
    CHECK(known.size() == 5);
    CHECK(cluster::known_secrets(server, manifest(), std::nullopt).size() == 3);
    // One that this node has not got is nothing that it could tell, and no error.
    const Layout& balancer = network.balancer.layout;
    CHECK(cluster::known_secrets(balancer, manifest(), std::nullopt).empty());
    network.give();
    CHECK(cluster::known_secrets(balancer, manifest(), std::nullopt).size() == 2);
}

TEST_CASE("what a node loses it does not keep the secrets of") {
    const Network network;
    network.give();
    const auto held = [&] {
        return json::parse(cluster::load_given_secrets(network.balancer.layout).reveal()).size();
    };
    CHECK(held() == 2);
    const auto one = cluster::secrets_for(network.server.layout, manifest({common}), {"balancer"});
    cluster::replace_secrets(network.balancer.layout, one);
    CHECK(held() == 1);
    CHECK(network.balancer.value("common", "balancer", manifest({common})) == value(common));
    CHECK(error_of([&] {
              cluster::replace_secrets(network.balancer.layout,
                                       Secret(R"({"common hex 8": "other"})"));
          }).kind() == Kind::not_trusted);
}
