// The list, held against a suite, and against the reader of answers.

#include "interview/interview.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "tests/support/small_suite.hpp"
#include "token/keystore.hpp"
#include "token/network_token.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::interview;
using namespace locum::testing;

namespace {

suite::Manifest manifest() {
    return suite::parse_manifest(small_suite_toml("1.0"), "suite.toml");
}
Host host(const std::string& home = "/root") {
    return {"node-a", {"127.0.0.1"}, home};
}
Setting setting_of(const suite::Manifest& manifest) {
    return {manifest, "the licence", "", host(), true, {}};
}
const Question& question(const std::vector<Question>& all, const std::string& key) {
    for (const Question& one : all)
        if (one.key == key)
            return one;
    throw std::runtime_error("no question " + key);
}

} // namespace

TEST_CASE(
    "questions: every one has a title and help, keys are there once, and choices have options") {
    const suite::Manifest suite = manifest();
    std::vector<Question> all = questions_of_trust(host(), suite.name);
    for (Question& one : questions_of_suite(setting_of(suite)))
        all.push_back(std::move(one));
    std::set<std::string> keys;
    for (const Question& one : all) {
        CAPTURE(one.key);
        CHECK(keys.insert(one.key).second);
        CHECK(!one.title.empty());
        CHECK(one.help.ends_with("."));
        if (one.form == Form::choice || one.form == Form::several)
            CHECK(one.options(Draft{}).size() >= 2);
    }
    CHECK(keys.contains("firewall.rules.front"));
}

TEST_CASE("questions: a selection is checked as preflight checks it") {
    const suite::Manifest suite = manifest();
    const auto all = questions_of_suite(setting_of(suite));
    const Question& components = question(all, "components");
    const Draft first{{network_key, {"create"}}, {topology_key, {"many"}}};
    CHECK(components.options(first).size() == 3);
    CHECK(fault_of(components, first, {}) == "found no component; expected one at least");
    CHECK(fault_of(components, first, {"tool"}) == "found tool without server; expected both");
    CHECK(fault_of(components, first, {"balancer"}).find("a first node without a server") !=
          std::string::npos);
    CHECK(fault_of(components, first, {"server", "tool"}).empty());
    CHECK(fault_of(components, {{network_key, {"use"}}, {topology_key, {"many"}}}, {"balancer"})
              .empty());
    CHECK(fault_of(components, {{network_key, {"create"}}, {topology_key, {"alone"}}},
                   {"balancer"}) == "found 'balancer'; expected one of server");
}

TEST_CASE("questions: all answered as suggested make answers that the installer reads") {
    const Scratch scratch;
    const suite::Manifest suite = manifest();
    platform::write_file(scratch.path() + "/vendor.pub",
                         suite::SigningKey::generate().public_key().hex(), 0644);
    Interview trust(questions_of_trust(host(scratch.path()), suite.name));
    while (const Question* next = trust.current())
        CHECK(trust.give(next->key == "trusted-key"
                             ? Value{suite::SigningKey::generate().public_key().hex()}
                             : trust.suggested()) == "");
    std::vector<Question> all = questions_of_trust(host(scratch.path()), suite.name);
    for (Question& one : questions_of_suite(setting_of(suite)))
        all.push_back(std::move(one));
    Interview whole(all, trust.given());
    std::vector<std::string> asked;
    while (const Question* next = whole.current()) {
        asked.push_back(next->key);
        Value value = whole.suggested();
        if (next->form == Form::accept)
            value = {"yes"};
        if (next->key == "datasource.host")
            value = {"db.example.org"};
        REQUIRE_MESSAGE(whole.give(value) == "", next->key);
    }
    CHECK(asked == std::vector<std::string>{"network",
                                            "token.create",
                                            "trusted-key",
                                            "licence-accepted",
                                            "topology",
                                            "components",
                                            "node.name",
                                            "node.address",
                                            "advanced",
                                            "datasource.type",
                                            "datasource.host",
                                            "datasource.port",
                                            "datasource.database",
                                            "datasource.application.user",
                                            "datasource.application.password",
                                            "datasource.locum.user",
                                            "datasource.locum.password",
                                            "keystore",
                                            "firewall.manage",
                                            "firewall.rules.agent",
                                            "firewall.rules.device"});
    const auto answers = installer::parse_answers(answers_text(suite.name, lines_of(whole.given())),
                                                  scratch.path() + "/answers.toml");
    CHECK(answers.suite == "small");
    CHECK(answers.components == std::vector<std::string>{"server"});
    CHECK(answers.node_name == "node-a");
    CHECK(answers.create_token == scratch.path() + "/small.token");
    CHECK(answers.datasource->host == "db.example.org");
    CHECK(answers.licence_accepted);
}

TEST_CASE("questions: the database is tried with the last password, and what is wrong with it is "
          "said there") {
    const suite::Manifest suite = manifest();
    Setting setting = setting_of(suite);
    Draft tried;
    setting.try_datasource = [&tried](const Draft& draft) {
        tried = draft;
        return std::string("found nobody at db:5432; expected a PostgreSQL server");
    };
    const auto all = questions_of_suite(setting);
    CHECK(fault_of(question(all, "datasource.locum.password"), {{"datasource.host", {"db"}}},
                   {"prompt"}) == "found nobody at db:5432; expected a PostgreSQL server");
    CHECK(text_of(tried, "datasource.host") == "db");
    CHECK(text_of(tried, "datasource.locum.password") == "prompt");
}

TEST_CASE("questions: a keystore is imported where a cluster is created, by a yes and another one "
          "behind the warning") {
    const Scratch scratch;
    const suite::Manifest suite = manifest();
    const engine::Secret seed(std::string(token::seed_bytes, 's'));
    const auto stored = [&](const std::string& of) {
        token::make_keystore(of, token::network_fingerprint("c", "p"), seed,
                             engine::Secret("a long passphrase"), 14)
            .store(scratch / of);
        return scratch / of;
    };
    Setting setting = setting_of(suite);
    Draft tried;
    setting.try_keystore = [&tried](const Draft& draft) {
        tried = draft;
        return std::string();
    };
    const auto all = questions_of_suite(setting);
    const Question& wanted = question(all, keystore_key);
    const Question& file = question(all, "keystore.file");
    const Question& passphrase = question(all, "keystore.passphrase");
    const Question& accepted = question(all, "keystore.warning-accepted");

    CHECK(is_asked(wanted, {{network_key, {"create"}}}));
    CHECK(!is_asked(wanted, {{network_key, {"use"}}}));
    CHECK(suggestion(wanted, {}) == Value{"no"});
    const Draft yes{{network_key, {"create"}}, {keystore_key, {"yes"}}};
    for (const Question* one : {&file, &passphrase, &accepted}) {
        CHECK(is_asked(*one, yes));
        CHECK(!is_asked(*one, {{network_key, {"create"}}, {keystore_key, {"no"}}}));
        CHECK(!is_asked(*one, {{network_key, {"use"}}, {keystore_key, {"yes"}}}));
    }
    CHECK(fault_of(file, yes, {stored("small")}) == "");
    CHECK(fault_of(file, yes, {stored("large")}) ==
          "found a keystore of large; expected one of small");
    CHECK(fault_of(file, yes, {"/nowhere"}) == "found there is no keystore at /nowhere");
    CHECK(fault_of(passphrase, yes, {"prompt"}) == "");
    CHECK(text_of(tried, "keystore.passphrase") == "prompt");
    CHECK(passphrase.form == Form::password); // not shown while it is typed
    CHECK(accepted.reading == std::string(installer::keystore_warning) + ".");
    CHECK(suggestion(accepted, yes) == Value{"no"});
    CHECK(fault_of(accepted, yes, {"no"}) ==
          "found no; expected yes, or that you go back and import none");
    CHECK(fault_of(accepted, yes, {"yes"}) == "");
    CHECK(!is_answer(keystore_key));
}

TEST_CASE("template: is answers once the licence is accepted, with every key of the list") {
    const suite::Manifest suite = manifest();
    std::string text = template_of(setting_of(suite));
    const std::string refused = "licence-accepted = false";
    REQUIRE(text.find(refused) != std::string::npos);
    text.replace(text.find(refused), refused.size(), "licence-accepted = true");
    const auto answers = installer::parse_answers(text, "/answers/node.toml");
    CHECK(answers.components == std::vector<std::string>{"server"});
    CHECK(answers.datasource->application.password.name == "/answers/app.password");
    CHECK(!answers.keystore);
    for (const char* key :
         {"# [keystore]", "# file = \"small.keystore\"",
          "# passphrase = { file = \"keystore.passphrase\" }", "# warning-accepted = false",
          "# use = \"small.token\"", "# device = 30002", "# start = \"automatic\"",
          "# manage = true", "# front = \"any\"", "# agent-port = 61616",
          "# data-directory = \"/var/opt/small\""})
        CHECK_MESSAGE(text.find(std::string("\n") + key + "\n") != std::string::npos, key, "\n",
                      text);
}
