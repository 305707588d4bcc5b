#include "installer/host_questions.hpp"

#include "cluster/reach.hpp"
#include "datasource/sessions.hpp"
#include "engine/error.hpp"
#include "installer/host_facts.hpp"

#include <nlohmann/json.hpp>

namespace locum::installer {

using cluster::Node;
using cluster::NodeCommand;
using nlohmann::json;

namespace {

std::string host(Node& node, const NodeCommand&, engine::Reporter&) {
    return to_json(look_at_host(node.layout, node.state().data_folder));
}

std::string reach(Node&, const NodeCommand& command, engine::Reporter&) {
    const json parameters = json::parse(command.parameters);
    return to_json(cluster::unreached(cluster::reaches_from_json(parameters.at("to").dump())));
}

std::string database(Node& node, const NodeCommand&, engine::Reporter&) {
    const std::optional<datasource::Settings> settings = cluster::load_datasource(node.layout);
    if (!settings)
        throw engine::Error(node.state().name + " runs no server, so it holds no datasource",
                            engine::Kind::refused)
            .remedy("ask a node with a server");
    const auto connection = datasource::connect(*settings, settings->locum);
    return json{{"address", datasource::seen_address(*connection)}}.dump();
}

} // namespace

cluster::NodeOperations host_questions() {
    return {{"host", {cluster::Calls::look, host}},
            {"reach", {cluster::Calls::look, reach}},
            {"database", {cluster::Calls::look, database}}};
}

} // namespace locum::installer
