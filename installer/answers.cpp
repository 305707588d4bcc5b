#include "installer/answers.hpp"

#include "engine/error.hpp"
#include "installer/accounts.hpp"
#include "platform/files.hpp"
#include "platform/terminal.hpp"
#include "suite/document.hpp"
#include "token/identity.hpp"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace locum::installer {

using engine::Error;
using suite::Section;
using suite::Text;

namespace {

// Paths in the answers are relative to the file that names them.
std::string beside(const std::string& file, const std::string& path) {
    return platform::is_absolute(path) ? path
                                       : platform::parent_of(platform::absolute(file)) + "/" + path;
}

std::uint16_t port(Section& section, std::string_view key,
                   std::optional<std::int64_t> missing = {}) {
    return static_cast<std::uint16_t>(section.number(key, 1, 65535, missing));
}

SecretSource secret(Section section, const std::string& file, const std::string& prompt) {
    SecretSource source;
    if (section.has("file"))
        source = {SecretSource::From::file, beside(file, section.text("file").value)};
    else if (section.has("environment"))
        source = {SecretSource::From::environment, section.text("environment").value};
    else if (section.flag("prompt", false))
        source = {SecretSource::From::prompt, prompt};
    else
        section.fail(section.at(), "no source of the secret",
                     "one of { file = \"PATH\" }, { environment = \"NAME\" }, { prompt = true }");
    section.done();
    return source;
}

AccountAnswer account(Section section, const std::string& file, const std::string& whose) {
    AccountAnswer account;
    account.user = section.text("user").value;
    account.password = secret(section.section("password", true), file,
                              fmt::format("Password of {} ({})", account.user, whose));
    section.done();
    return account;
}

DatasourceAnswer datasource_answer(Section section, const std::string& file) {
    DatasourceAnswer answer;
    Text type = section.text("type");
    if (type.value == "embedded") {
        if (std::string path = section.text("file", "").value; !path.empty())
            answer.file = beside(file, path);
    } else if (type.value == "postgresql") {
        answer.kind = datasource::Kind::postgresql;
        answer.host = section.text("host").value;
        answer.port = port(section, "port", 5432);
        answer.database = section.text("database").value;
        answer.application =
            account(section.section("application", true), file, "the application's account");
        answer.locum = account(section.section("locum", true), file, "Locum's account");
    } else {
        section.fail(type.at, "datasource type '" + type.value + "'", "embedded or postgresql");
    }
    section.done();
    return answer;
}

KeystoreAnswer keystore_answer(Section section, const std::string& file) {
    KeystoreAnswer answer;
    answer.file = beside(file, section.text("file").value);
    answer.passphrase = secret(section.section("passphrase", true), file,
                               fmt::format("Passphrase of the keystore {}", answer.file));
    answer.warning_accepted = section.flag("warning-accepted", false);
    section.done();
    return answer;
}

cluster::ServiceChoice service_choice(Section section) {
    cluster::ServiceChoice choice;
    if (section.has("account")) {
        const Text account = section.text("account");
        if (!may_be_account(account.value))
            section.fail(account.at, "'" + account.value + "' for 'account'", account_names_text());
        choice.account = account.value;
    }
    const Text start = section.text("start", "automatic");
    if (start.value != "automatic" && start.value != "manual")
        section.fail(start.at, "'" + start.value + "' for 'start'", "automatic or manual");
    choice.by_hand = start.value == "manual";
    section.done();
    return choice;
}

} // namespace

engine::Secret read_secret(const SecretSource& source) {
    if (source.typed)
        return *source.typed;
    std::string value;
    switch (source.from) {
    case SecretSource::From::file:
        if (!platform::exists(source.name))
            throw Error(
                fmt::format("the answers take a secret from {}, which is missing", source.name),
                engine::Kind::usage)
                .remedy("create the file with mode 0600, or correct the answers");
        value = platform::read_file(source.name, 4096);
        while (!value.empty() && (value.back() == '\n' || value.back() == '\r'))
            value.pop_back();
        break;
    case SecretSource::From::environment: {
        const char* found = std::getenv(source.name.c_str());
        if (!found)
            throw Error(
                fmt::format(
                    "the answers take a secret from the environment variable {}, which is not set",
                    source.name),
                engine::Kind::usage)
                .remedy(fmt::format("export {}, or name a file in the answers", source.name));
        value = found;
        break;
    }
    case SecretSource::From::prompt:
        return platform::ask_secret(source.name);
    }
    if (value.empty())
        throw Error(fmt::format("the secret from {} is empty", source.name), engine::Kind::usage)
            .remedy("put the password there");
    return engine::Secret(value);
}

Answers parse_answers(const std::string& text, const std::string& file) {
    Section root = Section::parse(text, file);
    Answers answers;
    answers.file = file;
    answers.text = text;
    if (std::int64_t format = root.number("format", 0, 1000); format != 1)
        root.fail(root.at(), fmt::format("answers of format {}", format), "format = 1");
    answers.suite = root.text("suite").value;
    if (std::string key = root.text("trusted-key", "").value; !key.empty())
        answers.trusted_key =
            key.size() == 64 && key.find_first_not_of("0123456789abcdef") == std::string::npos
                ? key
                : beside(file, key);
    answers.licence_accepted = root.flag("licence-accepted", false);
    for (const Text& component : root.texts("components")) {
        if (std::find(answers.components.begin(), answers.components.end(), component.value) !=
            answers.components.end())
            root.fail(component.at, "'" + component.value + "' twice", "each component once");
        answers.components.push_back(component.value);
    }
    if (answers.components.empty())
        root.fail(root.at(), "no components", "components = [\"...\"] with one at least");
    if (std::string path = root.text("data-directory", "").value; !path.empty())
        answers.data_directory = beside(file, path);
    if (std::string path = root.text("run-directory", "").value; !path.empty())
        answers.run_directory = beside(file, path);

    Section node = root.section("node", true);
    const Text name = node.text("name");
    try {
        token::check_node_name(name.value);
    } catch (const Error&) {
        node.fail(name.at, "'" + name.value + "' for 'name'", std::string(token::node_name_rule));
    }
    answers.node_name = name.value;
    answers.address = node.text("address").value;
    answers.agent_port = port(node, "agent-port", 61616);
    node.done();

    Section token = root.section("token", true);
    if (token.has("create") == token.has("use"))
        token.fail(token.at(), token.has("use") ? "both create and use" : "neither create nor use",
                   "create = \"PATH\" for the first node, use = \"PATH\" for a further one");
    if (token.has("create"))
        answers.create_token = beside(file, token.text("create").value);
    else
        answers.use_token = beside(file, token.text("use").value);
    token.done();

    if (root.has("datasource")) {
        Section section = root.section("datasource");
        if (!answers.use_token.empty())
            root.fail(section.at(), "a datasource beside token.use",
                      "none: its settings come from the cluster");
        answers.datasource = datasource_answer(section, file);
    } else if (!answers.create_token.empty()) {
        root.fail(root.at(), "no [datasource]", "one, since this node creates the cluster");
    }
    if (root.has("keystore")) {
        Section section = root.section("keystore");
        if (!answers.use_token.empty())
            root.fail(section.at(), "a keystore beside token.use",
                      "none: a further node has the secrets of the cluster that it joins");
        answers.keystore = keystore_answer(section, file);
    }
    if (root.has("ports")) {
        Section ports = root.section("ports");
        for (const Text& key : ports.keys())
            answers.ports[key.value] = port(ports, key.value);
        ports.done();
    }
    if (root.has("services")) {
        Section services = root.section("services");
        for (const Text& service : services.keys())
            answers.services[service.value] = service_choice(services.section(service.value));
        services.done();
    }
    answers.firewall = read_firewall(root);
    root.done();
    return answers;
}

Answers load_answers(const std::string& file) {
    if (!platform::exists(file))
        throw Error(fmt::format("there are no answers at {}", file), engine::Kind::usage)
            .remedy("name the right file with --answers");
    return parse_answers(platform::read_file(file), file);
}

} // namespace locum::installer
