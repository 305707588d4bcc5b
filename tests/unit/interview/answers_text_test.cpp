// What is written is what the installer reads.

#include "interview/answers_text.hpp"

#include <doctest/doctest.h>

using namespace locum;
using interview::answers_text;
using interview::draft_of;

namespace {

constexpr const char* first_node = R"(format = 1
suite = "small"
trusted-key = "/keys/vendor.pub"
licence-accepted = true
components = ["server", "balancer"]
data-directory = "/srv/da \"ta\\"

[node]
name = "node-1"
address = "2001:db8::1"
agent-port = 7000

[token]
create = "/root/small.token"

[datasource]
type = "postgresql"
host = "db.example.org"
port = 5433
database = "small"

[datasource.application]
user = "app"
password = { file = "/root/app.password" }

[datasource.locum]
user = "locum"
password = { environment = "LOCUM_PASSWORD" }

[keystore]
file = "/root/small.keystore"
passphrase = { prompt = true }
warning-accepted = true

[ports]
device = 8443

[services.server]
account = "shop"
start = "manual"

[firewall.rules]
agent = "peers"
device = ["10.0.0.0/8", "192.0.2.7"]
front = "off"
)";

} // namespace

TEST_CASE("answers text: what a file says, written anew, is the same file") {
    const auto answers = installer::parse_answers(first_node, "/answers/node.toml");
    CHECK(answers_text(answers) == first_node);
}

TEST_CASE("answers text: a further node, an embedded database, a password that is asked for, no "
          "firewall") {
    for (const char* text : {R"(format = 1
suite = "small"
components = ["tool"]

[node]
name = "node-2"
address = "192.0.2.2"
agent-port = 61616

[token]
use = "/root/small.token"

[firewall]
manage = false
)",
                             R"(format = 1
suite = "small"
components = ["server"]

[node]
name = "node-1"
address = "192.0.2.1"
agent-port = 61616

[token]
create = "/root/small.token"

[datasource]
type = "embedded"
)"})
        CHECK(answers_text(installer::parse_answers(text, "/a.toml")) == text);
    auto answers = installer::parse_answers(first_node, "/a.toml");
    answers.keystore->passphrase.typed = engine::Secret("a long passphrase");
    CHECK(answers_text(answers) == first_node); // what was typed is in no file
    answers.datasource->locum.password = {installer::SecretSource::From::prompt,
                                          "Password of Locum's account"};
    CHECK(draft_of(answers).at("datasource.locum.password") == interview::Value{"prompt"});
    CHECK(installer::parse_answers(answers_text(answers), "/a.toml")
              .datasource->locum.password.from == installer::SecretSource::From::prompt);
}

TEST_CASE("answers text: comments are wrapped, and what is off is a comment with its table") {
    const std::string long_one(60, 'x');
    CHECK(answers_text("small", {{"components", {"server"}, "What runs here."},
                                 {"node.name", {"a"}, long_one + " " + long_one},
                                 {"ports.device", {"1"}, "", true}}) ==
          "format = 1\nsuite = \"small\"\n\n# What runs here.\ncomponents = "
          "[\"server\"]\n\n[node]\n# " +
              long_one + "\n# " + long_one + "\nname = \"a\"\n\n# [ports]\n# device = 1\n");
}
