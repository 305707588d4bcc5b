#include "installer/answers.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/variable.hpp"

#include <cstdlib>

using namespace locum;
using namespace locum::testing;
using installer::Answers;
using installer::SecretSource;

namespace {

const std::string first_node = R"(format = 1
suite = "small"
trusted-key = "vendor.pub"
licence-accepted = true
components = ["server", "balancer"]
data-directory = "data"
run-directory = "/run/short"
[node]
name = "node-1"
address = "10.0.0.1"
agent-port = 61617
[token]
create = "network.token"
[datasource]
type = "postgresql"
host = "db.example"
port = 5433
database = "suite"
application = { user = "app", password = { file = "app.secret" } }
locum = { user = "locum", password = { environment = "LOCUM_DB" } }
[ports]
device = 30100
)";

const std::string further_node = R"(format = 1
suite = "small"
components = ["server"]
[node]
name = "node-2"
address = "10.0.0.2"
[token]
use = "/tokens/network.token"
)";

Answers parse(const std::string& text) {
    return installer::parse_answers(text, "/answers/node.toml");
}

// The text with one piece replaced; the piece must be there.
std::string with(std::string text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("answers: of a first node on PostgreSQL") {
    const Answers answers = parse(first_node);
    CHECK(answers.suite == "small");
    CHECK(answers.trusted_key == platform::absolute("/answers/vendor.pub")); // beside the answers
    CHECK(answers.licence_accepted);
    CHECK(answers.components == std::vector<std::string>{"server", "balancer"});
    CHECK(answers.data_directory == platform::absolute("/answers/data"));
    CHECK(answers.run_directory == "/run/short");
    CHECK(answers.node_name == "node-1");
    CHECK(answers.address == "10.0.0.1");
    CHECK(answers.agent_port == 61617);
    CHECK(answers.create_token == platform::absolute("/answers/network.token"));
    CHECK(answers.use_token.empty());
    CHECK(answers.ports == std::map<std::string, std::uint16_t>{{"device", 30100}});
    REQUIRE(answers.datasource);
    CHECK(answers.datasource->kind == datasource::Kind::postgresql);
    CHECK(answers.datasource->host == "db.example");
    CHECK(answers.datasource->port == 5433);
    CHECK(answers.datasource->database == "suite");
    CHECK(answers.datasource->application.user == "app");
    CHECK(answers.datasource->application.password.from == SecretSource::From::file);
    CHECK(answers.datasource->application.password.name ==
          platform::absolute("/answers/app.secret"));
    CHECK(answers.datasource->locum.password.from == SecretSource::From::environment);
    CHECK(answers.datasource->locum.password.name == "LOCUM_DB");
    CHECK(answers.text == first_node); // part of the operation's inputs
}

TEST_CASE("answers: of a further node, and what is not said") {
    const Answers answers = parse(further_node);
    CHECK(answers.use_token == "/tokens/network.token");
    CHECK(answers.create_token.empty());
    CHECK(!answers.datasource);
    CHECK(answers.agent_port == 61616);
    CHECK(!answers.licence_accepted);
    CHECK(answers.trusted_key.empty());
    CHECK(answers.data_directory.empty());
    CHECK(answers.run_directory.empty());
    CHECK(answers.ports.empty());
}

TEST_CASE("answers: account and start of services") {
    const Answers answers = installer::parse_answers(
        first_node +
            "[services.web]\naccount = \"dom-svc\"\n[services.proxy]\nstart = \"manual\"\n",
        "/setup/answers.toml");
    REQUIRE(answers.services.size() == 2);
    CHECK(answers.services.at("web").account == "dom-svc");
    CHECK(!answers.services.at("web").by_hand);
    CHECK(answers.services.at("proxy").account.empty());
    CHECK(answers.services.at("proxy").by_hand);
}

TEST_CASE("answers: who is let in by the host's firewall") {
    using installer::Clients;
    CHECK(parse(first_node).firewall.manage);
    CHECK(parse(first_node).firewall.rules.empty());
    CHECK(!parse(first_node + "[firewall]\nmanage = false\n").firewall.manage);
    const auto rules = parse(first_node + R"([firewall.rules]
agent = "peers"
device = "off"
front = ["10.0.0.0/8", "2001:DB8::7/128"]
web = "any"
)")
                           .firewall.rules;
    CHECK(rules == std::map<std::string, Clients>{
                       {"agent", {Clients::Who::peers}},
                       {"device", {Clients::Who::nobody}},
                       {"front", {Clients::Who::networks, {"10.0.0.0/8", "2001:db8::7"}}},
                       {"web", {Clients::Who::any}}});
    auto complaint = [](const std::string& firewall) {
        try {
            parse(further_node + firewall);
        } catch (const engine::Error& error) {
            return error.one_line();
        }
        return std::string("accepted");
    };
    const std::string choices = "expected \"any\", \"peers\", \"off\", or networks such as "
                                "[\"10.0.0.0/8\", \"2001:db8::7\"]";
    CHECK(complaint("[firewall.rules]\nweb = \"all\"\n") ==
          "/answers/node.toml:10:7: found 'all' for 'web'; " + choices);
    CHECK(complaint("[firewall.rules]\nweb = []\n") ==
          "/answers/node.toml:10:1: found no network for 'web'; " + choices);
    CHECK(complaint("[firewall.rules]\nweb = [\"10.1.0.0/8\"]\n") ==
          "/answers/node.toml:10:8: found '10.1.0.0/8' for 'web'; expected an address or a "
          "network, without bits beyond its length");
    CHECK(complaint("[firewall]\nmanage = false\nrules = { web = \"any\" }\n") ==
          "/answers/node.toml:11:9: found rules beside manage = false; expected none, or manage = "
          "true");
    CHECK(contains(complaint("[firewall]\nenable = true\n"), "unknown key 'enable'"));
}

TEST_CASE("answers: an embedded datasource, a key in digits, a prompt") {
    const std::string key(64, 'a');
    const std::string embedded =
        "[datasource]\ntype = \"embedded\"\nfile = \"copy/suite.sqlite\"\n";
    Answers answers =
        parse(with(further_node, "use = \"/tokens/network.token\"", "create = \"t\"") + embedded);
    CHECK(answers.datasource->kind == datasource::Kind::sqlite);
    CHECK(answers.datasource->file == platform::absolute("/answers/copy/suite.sqlite"));
    answers = parse(with(with(first_node, "vendor.pub", key), "{ file = \"app.secret\" }",
                         "{ prompt = true }"));
    CHECK(answers.trusted_key == key);
    CHECK(answers.datasource->application.password.from == SecretSource::From::prompt);
    CHECK(contains(answers.datasource->application.password.name, "app"));
}

TEST_CASE("answers: a keystore, for a first node only") {
    CHECK(!parse(first_node).keystore);
    const std::string keystore = R"([keystore]
file = "old.keystore"
passphrase = { file = "old.passphrase" }
warning-accepted = true
)";
    const Answers answers = parse(first_node + keystore);
    REQUIRE(answers.keystore);
    CHECK(answers.keystore->file == platform::absolute("/answers/old.keystore"));
    CHECK(answers.keystore->passphrase.from == SecretSource::From::file);
    CHECK(answers.keystore->passphrase.name == platform::absolute("/answers/old.passphrase"));
    CHECK(answers.keystore->warning_accepted);
    CHECK(!parse(first_node + with(keystore, "warning-accepted = true\n", ""))
               .keystore->warning_accepted);
    const auto complaint = [](const std::string& text) {
        return error_of([&] { parse(text); }).one_line();
    };
    CHECK(complaint(further_node + keystore) ==
          "/answers/node.toml:9:1: found a keystore beside token.use; expected none: a further "
          "node has the secrets of the cluster that it joins");
    CHECK(contains(complaint(first_node + with(keystore, "{ file = \"old.passphrase\" }",
                                               "\"correct horse battery\"")),
                   "found a text for 'passphrase'; expected a table"));
    CHECK(
        contains(complaint(first_node + with(keystore, "file = \"old.keystore\"\n", "")), "file"));
    CHECK(contains(
        complaint(first_node + with(keystore, "passphrase = { file = \"old.passphrase\" }\n", "")),
        "passphrase"));
    CHECK(contains(complaint(first_node + with(keystore, "file = \"old.k", "path = \"old.k")),
                   "file"));
}

TEST_CASE("answers: what is wrong is said with line and column, found and expected") {
    const std::string& a = first_node;
    const std::string& b = further_node;
    struct {
        std::string text;
        std::string says; // behind the file's name
    } const bad[] = {
        // unknown and duplicate keys
        {with(a, "trusted-key", "trusted_key"), ":3:1: found the unknown key 'trusted_key'"},
        {with(a, "agent-port", "agentport"), ":11:1: found the unknown key 'agentport' in [node]"},
        {with(a, "create = \"network.token\"", "create = \"network.token\"\nkind = 1"),
         ":14:1: found the unknown key 'kind' in [token]; expected one of create, use"},
        {with(a, "port = 5433", "prot = 5433"),
         ":17:1: found the unknown key 'prot' in [datasource]"},
        {with(a, "{ file = \"app.secret\" }", "{ file = \"a\", environment = \"B\" }"),
         ":19:56: found the unknown key 'environment' in [datasource.application.password]"},
        {with(a, "suite = \"small\"", "suite = \"small\"\nsuite = \"other\""), ":3:"},
        {a + "[ports]\nfront = 1\n", ":23:"},
        {with(a, "[\"server\", \"balancer\"]", "[\"server\", \"balancer\", \"server\"]"),
         ":5:37: found 'server' twice; expected each component once"},
        // wrong type
        {with(a, "suite = \"small\"", "suite = 7"),
         ":2:9: found a number for 'suite'; expected a text in quotes"},
        {with(a, "licence-accepted = true", "licence-accepted = \"yes\""),
         ":4:20: found a text for 'licence-accepted'; expected true or false"},
        {with(a, "[\"server\", \"balancer\"]", "\"server\""),
         ":5:14: found a text for 'components'; expected an array of texts"},
        {with(a, "agent-port = 61617", "agent-port = \"61617\""),
         ":11:14: found a text for 'agent-port'; expected a whole number from 1 to 65535"},
        {with(b, "[node]\nname = \"node-2\"\naddress = \"10.0.0.2\"", "node = 3"),
         ":4:8: found a number for 'node'; expected a table"},
        // bad values
        {with(a, "agent-port = 61617", "agent-port = 0"),
         ":11:14: found 0 for 'agent-port'; expected a whole number from 1 to 65535"},
        {with(a, "port = 5433", "port = 65536"),
         ":17:8: found 65536 for 'port'; expected a whole number from 1 to 65535"},
        {with(a, "device = 30100", "device = -1"),
         ":22:10: found -1 for 'device'; expected a whole number from 1 to 65535"},
        {with(a, "format = 1", "format = 2"),
         ":1:1: found answers of format 2; expected format = 1"},
        {with(a, "\"postgresql\"", "\"oracle\""),
         ":15:8: found datasource type 'oracle'; expected embedded or postgresql"},
        {with(a, "{ file = \"app.secret\" }", "{ prompt = false }"),
         ":19:42: found no source of the secret; expected one of { file = \"PATH\" }"},
        {with(a, "[\"server\", \"balancer\"]", "[]"), ":1:1: found no components"},
        {with(b, "name = \"node-2\"", "name = \"node 2\""),
         ":5:8: found 'node 2' for 'name'; expected 1 to 63"},
        {a + "[services.web]\naccount = \"a|b\"\n", ":24:11: found 'a|b' for 'account'"},
        {a + "[services.web]\nstart = \"never\"\n",
         ":24:9: found 'never' for 'start'; expected automatic or manual"},
        {a + "[services.web]\nlimit = 3\n", ":24:1: found the unknown key 'limit'"},
        // missing
        {with(b, "suite = \"small\"\n", ""), ":1:1: found no such key; expected the key 'suite'"},
        {with(b, "name = \"node-2\"\n", ""),
         ":4:1: found no such key in [node]; expected the key 'name'"},
        {with(b, "[token]\nuse = \"/tokens/network.token\"\n", ""),
         ":1:1: found no such key; expected the key 'token'"},
        {with(a, "database = \"suite\"\n", ""),
         ":14:1: found no such key in [datasource]; expected the key 'database'"},
        {with(a, "{ user = \"app\", ", "{ "),
         ":19:15: found no such key in [datasource.application]; expected the key 'user'"},
        // contradictions
        {with(a, "create = \"network.token\"", "create = \"a\"\nuse = \"b\""),
         ":12:1: found both create and use; expected create = \"PATH\" for the first node, use = "
         "\"PATH\" for a "
         "further one"},
        {with(b, "use = \"/tokens/network.token\"", ""), ":7:1: found neither create nor use"},
        {b + "[datasource]\ntype = \"embedded\"\n",
         ":9:1: found a datasource beside token.use; expected none: its settings come from the "
         "cluster"},
        {with(b, "use =", "create ="),
         ":1:1: found no [datasource]; expected one, since this node creates the cluster"},
        // no TOML
        {"format = \n", ":1:"},
        {"", ":1:1: found no such key; expected the key 'format'"},
    };
    for (const auto& one : bad) {
        CAPTURE(one.text);
        const engine::Error error = error_of([&] { parse(one.text); });
        CHECK(error.kind() == engine::Kind::usage);
        const std::string what = error.what();
        const std::string expected = "/answers/node.toml" + one.says;
        CHECK(what.substr(0, expected.size()) == expected);
        CHECK(!error.remedy().empty());
    }
}

TEST_CASE("secrets: from a file, without the line's end") {
    Scratch scratch;
    platform::write_file(scratch / "secret", "pass word\n", 0600);
    CHECK(installer::read_secret({SecretSource::From::file, scratch / "secret"}).reveal() ==
          "pass word");
    platform::write_file(scratch / "empty", "\r\n", 0600);
    const engine::Error error = error_of([&] {
        installer::read_secret({SecretSource::From::file, scratch / "empty"});
    });
    CHECK(error.kind() == engine::Kind::usage);
    CHECK(contains(error.what(), scratch / "empty"));
    CHECK(contains(error_of([&] {
                       installer::read_secret({SecretSource::From::file, scratch / "missing"});
                   }).what(),
                   scratch / "missing"));
}

TEST_CASE("secrets: from the environment") {
    {
        const Variable secret("LOCUM_TEST_SECRET", "value");
        CHECK(installer::read_secret({SecretSource::From::environment, "LOCUM_TEST_SECRET"})
                  .reveal() == "value");
    }
    const engine::Error error = error_of([] {
        installer::read_secret({SecretSource::From::environment, "LOCUM_TEST_SECRET"});
    });
    CHECK(error.kind() == engine::Kind::usage);
    CHECK(contains(error.what(), "LOCUM_TEST_SECRET"));
    CHECK(!error.remedy().empty());
}
