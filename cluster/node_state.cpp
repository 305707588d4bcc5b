#include "cluster/node_state.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using nlohmann::json;

std::string_view name(Mode mode) {
    return mode == Mode::update ? "update" : "normal";
}

bool NodeState::has(std::string_view component) const {
    return std::find(components.begin(), components.end(), component) != components.end();
}

namespace {

json parse(const std::string& text, const std::string& file) {
    try {
        return json::parse(text);
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is damaged: {}", file, error.what()),
                            engine::Kind::needs_attention)
            .remedy("restore the file from a backup, or install the node anew");
    }
}

json account(const datasource::Account& account) {
    return {{"user", account.user}, {"password", account.password.reveal()}};
}

datasource::Account account(const json& value) {
    return {value.at("user"), engine::Secret(value.at("password").get<std::string>())};
}

} // namespace

NodeState load_node_state(const Layout& layout) {
    const std::string file = layout.state_file("node.json");
    return node_state_from_json(platform::read_file(file), file);
}

NodeState node_state_from_json(const std::string& text, const std::string& file) {
    const json value = parse(text, file);
    NodeState state;
    try {
        state.suite = value.at("suite");
        state.cluster_id = value.at("cluster");
        state.name = value.at("name");
        state.installation_id = value.at("installation");
        state.address = value.at("address");
        state.agent_port = value.at("agent-port");
        state.components = value.at("components").get<std::vector<std::string>>();
        state.ports = value.at("ports").get<std::map<std::string, std::uint16_t>>();
        for (const auto& [service, choice] : value.at("services").items())
            state.services[service] = {choice.at("account"), choice.at("by-hand")};
        state.data_folder = value.at("data-folder");
        state.run_folder = value.at("run-folder");
        state.bundle_key = value.at("bundle-key");
        state.trial = value.at("trial");
        state.version = value.at("version");
        state.mode = value.at("mode") == "update" ? Mode::update : Mode::normal;
        if (const json& copy = value.at("copy"); !copy.is_null())
            state.copy = NodeCopy{copy.at("file"), copy.at("snapshot-ms"), copy.at("operation"),
                                  copy.at("schema")};
    } catch (const json::exception& error) {
        throw engine::Error(fmt::format("{} is not a node's state: {}", file, error.what()),
                            engine::Kind::needs_attention)
            .remedy("restore the file from a backup, or install the node anew");
    }
    return state;
}

std::string to_json(const NodeState& state) {
    json copy;
    if (state.copy)
        copy = {{"file", state.copy->file},
                {"snapshot-ms", state.copy->snapshot_ms},
                {"operation", state.copy->operation},
                {"schema", state.copy->schema}};
    json services = json::object();
    for (const auto& [service, choice] : state.services)
        services[service] = {{"account", choice.account}, {"by-hand", choice.by_hand}};
    const json value = {{"suite", state.suite},
                        {"cluster", state.cluster_id},
                        {"name", state.name},
                        {"installation", state.installation_id},
                        {"address", state.address},
                        {"agent-port", state.agent_port},
                        {"components", state.components},
                        {"ports", state.ports},
                        {"services", services},
                        {"data-folder", state.data_folder},
                        {"run-folder", state.run_folder},
                        {"bundle-key", state.bundle_key},
                        {"trial", state.trial},
                        {"version", state.version},
                        {"mode", name(state.mode)},
                        {"copy", copy}};
    return value.dump(2) + "\n";
}

void store_node_state(const Layout& layout, const NodeState& state) {
    platform::write_file(layout.state_file("node.json"), to_json(state), 0600);
}

std::string datasource_json(const datasource::Settings& settings) {
    return json{{"type", datasource::name(settings.kind)},
                {"host", settings.host},
                {"port", settings.port},
                {"database", settings.database},
                {"file", settings.file},
                {"application", account(settings.application)},
                {"locum", account(settings.locum)}}
        .dump(2);
}

datasource::Settings datasource_from_json(const std::string& text) {
    const json value = json::parse(text);
    datasource::Settings settings;
    settings.kind = datasource::kind_from(value.at("type").get<std::string>());
    settings.host = value.at("host");
    settings.port = value.at("port");
    settings.database = value.at("database");
    settings.file = value.at("file");
    settings.application = account(value.at("application"));
    settings.locum = account(value.at("locum"));
    return settings;
}

std::optional<datasource::Settings> load_datasource(const Layout& layout) {
    const std::string file = layout.state_file("datasource.json");
    if (!platform::exists(file))
        return std::nullopt;
    try {
        return datasource_from_json(platform::read_file(file));
    } catch (const std::exception& error) {
        throw engine::Error(fmt::format("{} is damaged: {}", file, error.what()),
                            engine::Kind::needs_attention)
            .remedy("restore the file from a backup, or install the node anew");
    }
}

void store_datasource(const Layout& layout, const datasource::Settings& settings) {
    platform::write_file(layout.state_file("datasource.json"), datasource_json(settings) + "\n",
                         0600);
}

} // namespace locum::cluster
