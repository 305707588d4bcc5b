#include "installer/host_questions.hpp"

#include "cluster/reach.hpp"
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

} // namespace

cluster::NodeOperations host_questions() {
    return {{"host", {cluster::Calls::look, host}}, {"reach", {cluster::Calls::look, reach}}};
}

} // namespace locum::installer
