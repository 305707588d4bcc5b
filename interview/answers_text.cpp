#include "interview/answers_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::interview {

using installer::Answers;
using installer::Clients;
using installer::SecretSource;

namespace {

constexpr std::size_t width = 100; // of a comment

std::string quoted(const std::string& text) {
    std::string made = "\"";
    for (const char character : text) {
        const auto code = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\')
            made += std::string("\\") + character;
        else if (code < 0x20 || code == 0x7f)
            made += fmt::format("\\u{:04X}", code);
        else
            made += character;
    }
    return made + "\"";
}

std::string key_text(const std::string& name) {
    const bool bare = !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                              "0123456789_-") == std::string::npos;
    return bare ? name : quoted(name);
}

std::string list_text(const Value& value) {
    std::vector<std::string> texts;
    for (const std::string& one : value)
        texts.push_back(quoted(one));
    return fmt::format("[{}]", fmt::join(texts, ", "));
}

// The table and the name in it: names of ports, services and rules hold no dot (suite/manifest*).
std::pair<std::string, std::string> split(const std::string& key) {
    const auto dot = key.rfind('.');
    return dot == std::string::npos ? std::pair{std::string(), key}
                                    : std::pair{key.substr(0, dot), key.substr(dot + 1)};
}

std::string value_text(const std::string& key, const Value& value) {
    const auto [table, name] = split(key);
    if (key == "licence-accepted" || key == "firewall.manage" || key == "keystore.warning-accepted")
        return value.at(0) == "yes" ? "true" : "false";
    if (key == "node.agent-port" || key == "datasource.port" || table == "ports")
        return value.at(0);
    if (key == "components")
        return list_text(value);
    if (table == "firewall.rules") {
        const bool word = value == Value{"any"} || value == Value{"peers"} || value == Value{"off"};
        return word ? quoted(value[0]) : list_text(value);
    }
    if (name == "password" || name == "passphrase")
        return value == Value{"prompt"}
                   ? "{ prompt = true }"
                   : fmt::format("{{ {} = {} }}", value.at(0), quoted(value.at(1)));
    return quoted(value.at(0));
}

std::string comment_text(const std::string& comment) {
    std::string text, line = "#";
    std::size_t at = 0;
    while (at < comment.size()) {
        const auto end = std::min(comment.find_first_of(" \n", at), comment.size());
        const std::string word = comment.substr(at, end - at);
        if (line.size() + 1 + word.size() > width) {
            text += line + "\n";
            line = "#";
        }
        line += word.empty() ? "" : " " + word;
        at = end + 1;
    }
    return comment.empty() ? "" : text + line + "\n";
}

std::string header(const std::string& table) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while (at <= table.size()) {
        const auto end = std::min(table.find('.', at), table.size());
        names.push_back(key_text(table.substr(at, end - at)));
        at = end + 1;
    }
    return fmt::format("[{}]", fmt::join(names, "."));
}

Value password_of(const SecretSource& source) {
    switch (source.from) {
    case SecretSource::From::file:
        return {"file", source.name};
    case SecretSource::From::environment:
        return {"environment", source.name};
    case SecretSource::From::prompt:
        break;
    }
    return {"prompt"};
}

Value clients_of(const Clients& clients) {
    switch (clients.who) {
    case Clients::Who::any:
        return {"any"};
    case Clients::Who::peers:
        return {"peers"};
    case Clients::Who::nobody:
        return {"off"};
    case Clients::Who::networks:
        break;
    }
    return clients.networks;
}

void add_datasource(Draft& draft, const installer::DatasourceAnswer& answer) {
    const bool embedded = answer.kind == datasource::Kind::sqlite;
    draft["datasource.type"] = {embedded ? "embedded" : "postgresql"};
    if (embedded) {
        if (!answer.file.empty())
            draft["datasource.file"] = {answer.file};
        return;
    }
    draft["datasource.host"] = {answer.host};
    draft["datasource.port"] = {std::to_string(answer.port)};
    draft["datasource.database"] = {answer.database};
    for (const auto& [name, account] :
         {std::pair{"application", &answer.application}, std::pair{"locum", &answer.locum}}) {
        const std::string table = fmt::format("datasource.{}.", name);
        draft[table + "user"] = {account->user};
        draft[table + "password"] = password_of(account->password);
    }
}

// As a person would write them; a name with a dot at its end stands for all keys of its table.
const std::vector<std::string>& order() {
    static const std::vector<std::string> keys = {"trusted-key",
                                                  "licence-accepted",
                                                  "components",
                                                  "data-directory",
                                                  "run-directory",
                                                  "node.name",
                                                  "node.address",
                                                  "node.agent-port",
                                                  "token.create",
                                                  "token.use",
                                                  "datasource.type",
                                                  "datasource.file",
                                                  "datasource.host",
                                                  "datasource.port",
                                                  "datasource.database",
                                                  "datasource.application.user",
                                                  "datasource.application.password",
                                                  "datasource.locum.user",
                                                  "datasource.locum.password",
                                                  "keystore.file",
                                                  "keystore.passphrase",
                                                  "keystore.warning-accepted",
                                                  "ports.",
                                                  "services.",
                                                  "firewall.manage",
                                                  "firewall.rules."};
    return keys;
}

std::size_t place(const std::string& key) {
    const auto found = std::find_if(order().begin(), order().end(), [&](const std::string& known) {
        return known.back() == '.' ? key.starts_with(known) : key == known;
    });
    return static_cast<std::size_t>(found - order().begin());
}

} // namespace

std::string answers_text(const std::string& suite, const std::vector<Line>& lines) {
    std::string text = fmt::format("format = 1\nsuite = {}\n", quoted(suite));
    std::vector<Line> sorted = lines;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Line& one, const Line& other) {
        return place(one.key) < place(other.key);
    });
    // A table of which everything is off is off itself.
    const auto on = [&](const std::string& table) {
        return std::any_of(sorted.begin(), sorted.end(), [&](const Line& line) {
            return !line.off && split(line.key).first == table;
        });
    };
    std::string current;
    for (const Line& line : sorted) {
        const auto [table, name] = split(line.key);
        if (table != current)
            text += fmt::format("\n{}{}\n", on(table) ? "" : "# ", header(table));
        else if (!line.comment.empty())
            text += "\n";
        current = table;
        text += comment_text(line.comment) + fmt::format("{}{} = {}\n", line.off ? "# " : "",
                                                         key_text(name),
                                                         value_text(line.key, line.value));
    }
    return text;
}

Draft draft_of(const Answers& answers) {
    Draft draft;
    const auto text = [&draft](const std::string& key, const std::string& value) {
        if (!value.empty())
            draft[key] = {value};
    };
    text("trusted-key", answers.trusted_key);
    if (answers.licence_accepted)
        draft["licence-accepted"] = {"yes"};
    draft["components"] = answers.components;
    text("data-directory", answers.data_directory);
    text("run-directory", answers.run_directory);
    draft["node.name"] = {answers.node_name};
    draft["node.address"] = {answers.address};
    draft["node.agent-port"] = {std::to_string(answers.agent_port)};
    text("token.create", answers.create_token);
    text("token.use", answers.use_token);
    if (answers.datasource)
        add_datasource(draft, *answers.datasource);
    if (answers.keystore) {
        draft["keystore.file"] = {answers.keystore->file};
        draft["keystore.passphrase"] = password_of(answers.keystore->passphrase);
        if (answers.keystore->warning_accepted)
            draft["keystore.warning-accepted"] = {"yes"};
    }
    for (const auto& [name, port] : answers.ports)
        draft["ports." + name] = {std::to_string(port)};
    for (const auto& [name, choice] : answers.services) {
        text("services." + name + ".account", choice.account);
        if (choice.by_hand)
            draft["services." + name + ".start"] = {"manual"};
    }
    if (!answers.firewall.manage)
        draft["firewall.manage"] = {"no"};
    for (const auto& [name, clients] : answers.firewall.rules)
        draft["firewall.rules." + name] = clients_of(clients);
    return draft;
}

std::string answers_text(const Answers& answers) {
    std::vector<Line> lines;
    for (const auto& [key, value] : draft_of(answers))
        lines.push_back({key, value});
    return answers_text(answers.suite, lines);
}

} // namespace locum::interview
