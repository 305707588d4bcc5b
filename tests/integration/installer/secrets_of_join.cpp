// Shared secrets of a suite over the real wire: who gets what when it joins, and in an upgrade.

#include "cluster/admission.hpp"
#include "cluster/members.hpp"
#include "cluster/membership.hpp"
#include "cluster/node_keys.hpp"
#include "cluster/peers.hpp"
#include "cluster/shared_secrets.hpp"
#include "installer/steps/files.hpp"
#include "installer/steps/network.hpp"
#include "platform/hash.hpp"
#include "tests/integration/cluster/transport_support.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace transport_support;
using testing::contains;

namespace {

const std::string secrets = R"([secrets]
own = { form = "hex", bytes = 16, components = ["server"] }
common = { form = "base64", bytes = 32, components = ["server", "balancer"] }
)";

const std::map<std::string, std::string>& texts() {
    static const std::map<std::string, std::string> all = {
        {"suite.toml", testing::small_suite_toml("1.0") + secrets},
        {"server.conf.in", "own = {secret.own}\ncommon = {secret.common}\n"},
        {"balancer.conf.in", "common = {secret.common}\n"}};
    return all;
}

using Texts = std::map<std::string, std::string>;

// A cluster's first node, whose agent admits others.
struct First {
    testing::Site site;
    std::optional<Network> network;
    std::optional<Agent> agent;

    explicit First(std::function<std::string(std::string)> answer = nullptr,
                   const Texts& suite = texts()) :
        site({"server"}, suite) {
        site.run_until("agent/start");
        network.emplace(Network{load_authority(site.layout())});
        agent.emplace(*network, std::map<std::string, Verb>{
                                    {"join",
                                     {.handler =
                                          [this, answer](const Request& request, const Emit&) {
                                              const std::string given = admit(
                                                  site.layout(), request.body, request.channel);
                                              return answer ? answer(given) : given;
                                          },
                                      .without_certificate = true}},
                                    {"leave",
                                     {.handler =
                                          [this](const Request& request, const Emit&) {
                                              Members(site.layout()).require(request.certificate);
                                              leave(site.layout(), request.peer, request.body);
                                              return std::string("{}");
                                          }}},
                                    {"ask", {.handler = [](const Request&, const Emit&) {
                                         return std::string("[]"); // no servers to balance
                                     }}}});
    }
    token::NetworkToken token() {
        token::NetworkToken token;
        token.suite = "small";
        token.cluster_id = "c-1";
        token.ca_pin = network->authority.pin();
        token.join_secret = load_join_secret(site.layout());
        token.addresses = {"127.0.0.1:" + std::to_string(agent->server.port())};
        return token;
    }
    std::string value(const std::string& name, const std::string& component) const {
        return secrets_of(site.layout(), site.installation().manifest(), component)
            .at(name)
            .reveal();
    }
};

// A further node of it, up to and without its join.
struct Further {
    testing::Site site;

    Further(First& first, const std::string& name, std::vector<std::string> components,
            const Texts& suite = texts()) :
        site(std::move(components), suite) {
        site.installation().answers.node_name = name;
        site.installation().answers.create_token.clear();
        site.installation().facts.datasource.reset();
        site.installation().facts.token = first.token();
        site.run_until("network/join");
    }
    void join() {
        engine::SilentReporter silent;
        site.step("network/join").apply(silent);
    }
    std::string config(const std::string& component) {
        engine::SilentReporter silent;
        site.step("files/config-" + component).apply(silent);
        return platform::read_file(site.layout().etc() + "/" + component + ".conf");
    }
    std::string secret(const std::string& name, const std::string& component) const {
        return secrets_of(site.layout(), site.installation().manifest(), component)
            .at(name)
            .reveal();
    }
};

} // namespace

TEST_CASE("a balancer joins: it gets its own secrets, and nothing of the servers'") {
    First first;
    Further balancer(first, "node-2", {"balancer"});
    balancer.join();
    CHECK(balancer.config("balancer") == "common = " + first.value("common", "server") + "\n");
    CHECK(platform::read_file(first.site.layout().etc() + "/server.conf") ==
          "own = " + first.value("own", "server") +
              "\ncommon = " + first.value("common", "server") + "\n");
    CHECK(!holds_authority(balancer.site.layout()));
    CHECK(thrown_by([&] { balancer.secret("own", "server"); }).kind() == Kind::needs_attention);
    const std::string seed = load_suite_seed(first.site.layout()).reveal();
    const std::string world = balancer.site.world();
    for (const std::string& hidden : {first.value("own", "server"), seed, platform::hex(seed)})
        CHECK(!contains(world, hidden));
    // In the configuration, and nowhere else: not in a plan, a journal or the registry.
    const std::string common = first.value("common", "server");
    platform::remove_all(balancer.site.layout().etc() + "/balancer.conf");
    platform::remove_all(first.site.layout().etc() + "/server.conf");
    CHECK(!contains(balancer.site.world(), common));
    CHECK(!contains(first.site.world(), common));
    CHECK(!contains(first.site.world(), first.value("own", "server")));
}

TEST_CASE("a node joins: with what the cluster has, its components must be of one topology") {
    Texts apart = texts();
    std::string& suite = apart.at("suite.toml");
    const std::string many = "many = { title = \"Many\", components = [\"server\", \"tool\", ";
    REQUIRE(suite.find(many) != suite.npos);
    suite.replace(suite.find(many), many.size(), "fronts = { title = \"Fronts\", components = [");
    First first(nullptr, apart);
    Further balancer(first, "node-2", {"balancer"}, apart);
    const Error refused = thrown_by([&] { balancer.join(); });
    CHECK(refused.kind() == Kind::refused);
    CHECK(contains(refused.one_line(), "with node-2 (balancer) the cluster would have balancer, "
                                       "server, which no topology has"));
    CHECK(contains(refused.remedy(), "alone (server) or fronts (balancer)"));
    Further server(first, "node-3", {"server"}, apart);
    server.join();
    CHECK(platform::exists(server.site.layout().state_file("node.crt")));
}

TEST_CASE("a server joins: it makes the same secrets, now and of later versions") {
    First first;
    Further server(first, "node-2", {"server"});
    server.join();
    CHECK(server.secret("own", "server") == first.value("own", "server"));
    CHECK((load_suite_seed(server.site.layout()) == load_suite_seed(first.site.layout())));
    CHECK(!platform::exists(server.site.layout().state_file("secrets.sealed")));
    CHECK(First().value("own", "server") != first.value("own", "server"));
}

TEST_CASE("a server joins a network that has no seed of its own, and agrees with its servers") {
    First first;
    platform::remove_all(first.site.layout().state_file("suite-seed.sealed"));
    Further server(first, "node-2", {"server"});
    server.join();
    CHECK(server.secret("own", "server") == first.value("own", "server"));
}

TEST_CASE("a join that is taken back leaves nothing sealed") {
    First first;
    for (const char* component : {"balancer", "server"}) {
        CAPTURE(component);
        Further node(first, std::string("node-of-") + component, {component});
        node.join();
        const auto& layout = node.site.layout();
        CHECK(platform::exists(layout.state_file("suite-seed.sealed")) ==
              (component == std::string("server")));
        CHECK(platform::exists(layout.state_file("secrets.sealed")) ==
              (component == std::string("balancer")));
        std::get<engine::Undo>(node.site.step("network/join").undo).run("");
        for (const std::string& name : platform::list_folder(layout.state()))
            CHECK_MESSAGE(!name.ends_with(".sealed"), name);
    }
}

TEST_CASE("a join that is taken back after somebody removed the node is taken back") {
    First first;
    Further node(first, "node-2", {"balancer"});
    node.join();
    Store store(*first.site.installation().facts.datasource, "small");
    Registry(store).remove_node("node-2");
    CHECK_NOTHROW(std::get<engine::Undo>(node.site.step("network/join").undo).run(""));
    CHECK(!platform::exists(node.site.layout().state_file("node.crt")));
}

TEST_CASE("a node joins with its key; with another one where the join is made again") {
    First first;
    Further node(first, "node-2", {"server"});
    Store store(*first.site.installation().facts.datasource, "small");
    const std::string certificate = node.site.layout().state_file("node.crt");
    std::string before;
    for (int run = 0; run < 2; ++run) {
        node.join();
        const auto shown = token::facts_of(platform::read_file(certificate));
        CHECK(shown.pin != before);
        CHECK(node_keys(store).at("node-2") == shown.pin);
        Members(first.site.layout()).require_server(shown);
        before = shown.pin;
    }
}

TEST_CASE("an older server, which sends no secrets, is not joined") {
    First first([](const std::string&) {
        return std::string(R"({"certificate": "", "ca": "", "cluster": "c-1", "trial": true})");
    });
    for (const char* component : {"balancer", "server"}) {
        Further node(first, std::string("node-of-") + component, {component});
        const Error error = thrown_by([&] { node.join(); });
        CHECK(error.kind() == Kind::refused);
        CHECK(says(error, "sent no secrets of the suite"));
        CHECK(error.remedy() == "use the same Locum version on both hosts");
    }
}

TEST_CASE("in an upgrade a balancer is sent what the new version declares for it") {
    First first;
    Further balancer(first, "node-2", {"balancer"});
    balancer.join();
    suite::Manifest next = balancer.site.installation().manifest();
    next.secrets.push_back({"new", suite::SharedSecret::Form::hex, 24, {"balancer"}});
    CHECK(!holds_secrets(balancer.site.layout(), next, {"balancer"}));
    Agent agent(*first.network,
                {{"secrets",
                  {.handler =
                       [&](const Request& request, const Emit&) {
                           keep_secrets(balancer.site.layout(), engine::Secret(request.body));
                           return std::string("{}");
                       }}}},
                {}, "node-2");
    const Peers peers(first.site.layout());
    for (int twice = 0; twice < 2; ++twice)
        peers.send_secrets({"node-2", "127.0.0.1", agent.server.port()},
                           secrets_for(first.site.layout(), next, {"balancer"}));
    CHECK(secrets_of(balancer.site.layout(), next, "balancer").at("new").reveal() ==
          secrets_of(first.site.layout(), next, "balancer").at("new").reveal());
    CHECK(balancer.secret("common", "balancer") == first.value("common", "server"));
}
