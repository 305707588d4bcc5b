// What a server signs for a node that asks for other roles, and what it does not.

#include "cluster/membership.hpp"
#include "cluster/role_change.hpp"
#include "tests/support/site.hpp"
#include "token/proof.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::testing;
using engine::Kind;
using nlohmann::json;

namespace {

const std::string channel(32, 'c');

// node-1, a server, whose registry has node-2 with a balancer.
struct Asked {
    Site site;
    cluster::NodeRow row;
    token::NodeKey key = token::NodeKey::generate();

    Asked() {
        site.run_until("files/config-server");
        row.name = "node-2";
        row.installation = "i2";
        row.address = "127.0.0.1";
        row.roles = {"balancer"};
        row.components = {"balancer"};
        cluster::Store store(settings(), "small");
        cluster::Registry(store).add_node(row);
    }
    const datasource::Settings& settings() const { return *site.installation().facts.datasource; }
    cluster::NodeRow registered() const {
        cluster::Store store(settings(), "small");
        return cluster::Registry(store).node("node-2");
    }
    cluster::NodeRow with(std::vector<std::string> components) const {
        cluster::NodeRow wanted = row;
        wanted.components = components;
        wanted.roles = std::move(components); // which are called the same here
        return wanted;
    }
    json body(const cluster::NodeRow& wanted, const engine::Secret& secret) const {
        const std::string csr = key.csr("node-2");
        return {{"node", json::parse(to_json(wanted))},
                {"csr", csr},
                {"manifest", site.installation().bundle.manifest_sha256()},
                {"only-ask", false},
                {"proof", secret.empty() ? "" : token::join_proof(secret, channel, csr)}};
    }
    json ask(const json& body, const std::string& peer = "node-2") const {
        return json::parse(cluster::change_roles(site.layout(), peer, body.dump(), channel));
    }
    Kind refusal(const json& body, const std::string& peer = "node-2") const {
        const Kind kind = error_of([&] { ask(body, peer); }).kind();
        CHECK(registered().components == row.components);
        return kind;
    }
    engine::Secret secret() const { return cluster::load_join_secret(site.layout()); }
};

} // namespace

TEST_CASE("roles: with the token's proof a node becomes a server, and gets what servers hold") {
    const Asked asked;
    const json answer = asked.ask(asked.body(asked.with({"balancer", "server"}), asked.secret()));
    CHECK(token::facts_of(answer.at("certificate")).roles ==
          std::vector<std::string>{"balancer", "server"});
    CHECK(token::facts_of(answer.at("certificate")).node == "node-2");
    CHECK(answer.contains("ca-key"));
    CHECK(answer.contains("datasource"));
    CHECK(asked.registered().roles == std::vector<std::string>{"balancer", "server"});
}

TEST_CASE("roles: nothing is gained without the proof, or with another network's") {
    const Asked asked;
    const cluster::NodeRow more = asked.with({"balancer", "server"});
    CHECK(asked.refusal(asked.body(more, {})) == Kind::not_trusted);
    CHECK(asked.refusal(asked.body(more, token::fresh_join_secret())) == Kind::not_trusted);
    // A proof that somebody saw is of no use on another connection.
    json seen = asked.body(more, asked.secret());
    seen["proof"] =
        token::join_proof(asked.secret(), std::string(32, 'd'), seen.at("csr").get<std::string>());
    CHECK(asked.refusal(seen) == Kind::not_trusted);
    // Nor is a role hidden behind components that it has.
    cluster::NodeRow only_role = asked.row;
    only_role.roles.push_back("server");
    CHECK(asked.refusal(asked.body(only_role, {})) == Kind::not_trusted);
}

TEST_CASE("roles: a node asks for itself, in the version that the cluster runs") {
    const Asked asked;
    const json body = asked.body(asked.with({"balancer", "server"}), asked.secret());
    CHECK(asked.refusal(body, "node-1") == Kind::not_trusted);
    json other = body;
    other["node"]["installation"] = "i3";
    CHECK(asked.refusal(other) == Kind::not_trusted);
    other = body;
    other["manifest"] = std::string(64, '0');
    CHECK(asked.refusal(other) == Kind::refused);
}

TEST_CASE("roles: to lose one needs no proof, and no server's secrets come with it") {
    const Asked asked;
    asked.ask(asked.body(asked.with({"balancer", "server"}), asked.secret()));
    const json answer = asked.ask(asked.body(asked.row, {}));
    CHECK(token::facts_of(answer.at("certificate")).roles == std::vector<std::string>{"balancer"});
    CHECK(!answer.contains("ca-key"));
    CHECK(!answer.contains("datasource"));
    CHECK(asked.registered().roles == std::vector<std::string>{"balancer"});
}

TEST_CASE("roles: what the registry has become until the lease was held counts") {
    const Asked asked;
    cluster::Store store(asked.settings(), "small");
    store.execute("CREATE TRIGGER other AFTER UPDATE OF epoch ON {r}lease BEGIN UPDATE fact SET "
                  "value = 'another' WHERE name = 'manifest'; END");
    CHECK(asked.refusal(asked.body(asked.with({"balancer", "server"}), asked.secret())) ==
          Kind::refused);
}
