// The list, held against a suite, and against the reader of answers.

#include "engine/error.hpp"
#include "interview/interview.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "platform/system_folders.hpp"
#include "tests/support/small_suite.hpp"
#include "token/keystore.hpp"
#include "token/network_token.hpp"

#include <doctest/doctest.h>
#include <set>

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

TEST_CASE("questions: a component's note says what comes with it, and what it needs where") {
    suite::Manifest suite = manifest();
    for (suite::Component& component : suite.components)
        if (component.name == "tool")
            component.with = "server";
        else if (component.name == "balancer")
            component.cluster_requires = {"server"};
    const auto notes = [&suite] {
        std::vector<std::string> all;
        for (const Option& option : question(questions_of_suite(setting_of(suite)), "components")
                                        .options({{topology_key, {"many"}}}))
            all.push_back(option.value + ": " + option.note);
        return all;
    };
    CHECK(notes() ==
          std::vector<std::string>{"server: 20 MB disk, 10 MB memory; brings tool",
                                   "balancer: 2 MB disk, 1 MB memory; needs server first"});
    suite = manifest();
    CHECK(notes()[1] == "tool: 0 MB disk, 0 MB memory; needs server beside it");
}

TEST_CASE("questions: a folder that cannot be is told when it is given") {
    const Scratch scratch;
    const suite::Manifest suite = manifest();
    Setting setting = setting_of(suite);
    setting.root = scratch.path();
    const auto all = questions_of_suite(setting);
    const Draft draft{{advanced_key, {"yes"}}, {"components", {"server", "balancer"}}};
    platform::write_file(scratch.path() + "/file", "x", 0644);
    for (const char* key : {"data-directory", "run-directory"}) {
        CAPTURE(std::string(key));
        const Question& one = question(all, key);
        CHECK(suggestion(one, draft).at(0).starts_with(scratch.path() + "/"));
        CHECK(fault_of(one, draft, suggestion(one, draft)).empty());
        CHECK(fault_of(one, draft, {scratch.path()}).empty());
        CHECK(fault_of(one, draft, {"relative"}) == "found 'relative'; expected an absolute path");
        CHECK(fault_of(one, draft, {scratch.path() + "/file"}) ==
              "found a file at " + scratch.path() + "/file; expected a folder, or nothing");
        CHECK(fault_of(one, draft, {scratch.path() + "/file/below"}) ==
              "found a file at " + scratch.path() + "/file; expected a folder, or nothing");
        CHECK(fault_of(one, draft, {"/proc/nowhere"}) ==
              "found no right to write /proc/nowhere; expected a folder that can be written, or "
              "made");
    }
    const std::string deep = scratch.path() + "/" + std::string(97, 'd');
    const Question& run = question(all, "run-directory");
    CHECK(fault_of(run, draft, {deep}).starts_with("found " + deep + "/haproxy.sock ("));
    CHECK(fault_of(run, draft, {deep}).ends_with("as the path of a socket; expected at most 97"));
    CHECK(fault_of(run, {{"components", {"server"}}}, {deep}).empty());

    const Question& file = question(all, "datasource.file");
    CHECK(suggestion(file, draft) ==
          Value{platform::suite_folders(scratch.path(), "small").data + "/small.sqlite"});
    CHECK(suggestion(file, {{"data-directory", {"/srv"}}}) == Value{"/srv/small.sqlite"});
    CHECK(fault_of(file, draft, suggestion(file, draft)).empty());
    CHECK(fault_of(file, draft, {scratch.path() + "/file"}).empty());
    CHECK(fault_of(file, draft, {scratch.path()}) ==
          "found something else than a file at " + scratch.path() + "; expected one, or nothing");
    Draft embedded = draft;
    embedded[network_key] = {"create"};
    embedded["datasource.type"] = {"postgresql"};
    CHECK(!is_asked(file, embedded));
    embedded["datasource.type"] = {"embedded"};
    CHECK(is_asked(file, embedded));
}

TEST_CASE("questions: two ports alike are told when the second is given") {
    const suite::Manifest suite = manifest();
    const auto all = questions_of_suite(setting_of(suite));
    const Draft draft{{"node.agent-port", {"7000"}}, {"ports.device", {"7001"}}};
    const Question& front = question(all, "ports.front");
    CHECK(fault_of(front, draft, {"7000"}) ==
          "found 7000, as node.agent-port; expected a port of its own");
    CHECK(fault_of(front, draft, {"7001"}) ==
          "found 7001, as ports.device; expected a port of its own");
    CHECK(fault_of(question(all, "ports.device"), {{"node.agent-port", {"7000"}}}, {"7000"}) ==
          "found 7000, as node.agent-port; expected a port of its own");
}

TEST_CASE("questions: a firewall rule may name networks, and a service an account") {
    const suite::Manifest suite = manifest();
    Setting setting = setting_of(suite);
    const auto all = questions_of_suite(setting);
    const Question& rule = question(all, "firewall.rules.device");
    for (const char* good : {"any", " peers ", "off", "10.0.0.0/8", "10.0.0.0/8, 2001:db8::/32"})
        CHECK_MESSAGE(fault_of(rule, {}, {good}).empty(), good);
    for (const char* bad : {"any, 10.0.0.0/8", "10.0.0.0/8 nobody", "10.0.0.1/8", ",", " "})
        CHECK_MESSAGE(!fault_of(rule, {}, {bad}).empty(), bad);
    const Question& account = question(all, "services.server.account");
    CHECK(suggestion(account, {}) == Value{"-"});
    CHECK(fault_of(account, {}, {"-"}).empty());
    CHECK(fault_of(account, {}, {"shop"}).empty());
    CHECK(fault_of(account, {}, {"a|b"}).starts_with("found 'a|b'; expected "));
    const Draft advanced{{advanced_key, {"yes"}}, {"components", {"server"}}};
    CHECK(is_asked(account, advanced));
    setting.root = "/srv/node";
    CHECK(!is_asked(question(questions_of_suite(setting), "services.server.account"), advanced));

    const Draft given{{"components", {"server"}},
                      {"node.name", {"a"}},
                      {"node.address", {"192.0.2.1"}},
                      {"token.use", {"/t"}},
                      {"services.server.account", {"-"}},
                      {"services.balancer.account", {"shop"}},
                      {"firewall.rules.agent", {" peers"}},
                      {"firewall.rules.device", {"10.0.0.0/8, 2001:db8::/32"}}};
    const auto answers = installer::parse_answers(answers_text("small", lines_of(given)), "/a");
    CHECK(answers.services.size() == 1);
    CHECK(answers.services.at("balancer").account == "shop");
    CHECK(answers.firewall.rules.at("agent").who == installer::Clients::Who::peers);
    CHECK(answers.firewall.rules.at("device").networks ==
          std::vector<std::string>{"10.0.0.0/8", "2001:db8::/32"});
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
    CHECK(fault_of(file, yes, {scratch / "nowhere"}) ==
          "found there is no keystore at " + (scratch / "nowhere"));
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
    CHECK(answers.datasource->application.password.name ==
          platform::absolute("/answers/app.password"));
    CHECK(!answers.keystore);
    const std::string data = platform::suite_folders("", "small").data;
    for (const std::string& key : std::initializer_list<std::string>{
             "# [keystore]", "# file = \"small.keystore\"",
             "# passphrase = { file = \"keystore.passphrase\" }", "# warning-accepted = false",
             "# use = \"small.token\"", "# device = 30002", "# start = \"automatic\"",
             "# manage = true", "# front = \"any\"", "# agent-port = 61616",
             "# data-directory = \"" + data + "\"", "# file = \"" + data + "/small.sqlite\"",
             "# account = \"service-account\""})
        CHECK_MESSAGE(text.find("\n" + key + "\n") != std::string::npos, key, "\n", text);
}

TEST_CASE("questions: only what the bundle brings for the host's system is offered") {
    const auto options_of = [](const suite::Manifest& suite, const char* key, const Draft& draft) {
        std::vector<std::string> values;
        for (const Option& option :
             question(questions_of_suite(setting_of(suite)), key).options(draft))
            values.push_back(option.value);
        return values;
    };
    using Values = std::vector<std::string>;
    const Draft many{{network_key, {"create"}}, {topology_key, {"many"}}, {advanced_key, {"yes"}}};
    const suite::Manifest here = mixed_manifest("linux-x86_64");
    const suite::Manifest there = mixed_manifest("windows-x86_64");
    CHECK(options_of(here, topology_key, {}) == Values{"fronts", "alone", "many"});
    CHECK(options_of(there, topology_key, {}) == Values{"alone", "many"});
    CHECK(options_of(here, "components", many) == Values{"server", "balancer"});
    CHECK(options_of(there, "components", many) == Values{"server"});
    const auto all = questions_of_suite(setting_of(there));
    CHECK(question(all, topology_key).suggested({}) == Value{"alone"});
    CHECK(fault_of(question(all, "components"), many, {"server"}).empty()); // without its tool
    CHECK(question(all, "services.winserver.start").form == Form::choice);
    CHECK(template_of(setting_of(there)).find("balancer") == std::string::npos);
    CHECK(template_of(setting_of(here)).find("services.winserver") == std::string::npos);
    try {
        questions_of_suite(setting_of(mixed_manifest("macos-arm64")));
        FAIL("it offers something");
    } catch (const engine::Error& error) {
        CHECK(std::string(error.what()) == "Small 1.0 brings nothing for macos-arm64");
        CHECK(!error.remedy().empty());
    }
}
