#include "installer/agent_operations.hpp"

#include "cluster/agent_exchange.hpp"
#include "cluster/program.hpp"
#include "engine/error.hpp"
#include "engine/locum_version.hpp"
#include "installer/begun.hpp"
#include "installer/installed_node.hpp"
#include "installer/json_operation.hpp"
#include "platform/files.hpp"
#include "platform/operating_system.hpp"

#include <fmt/format.h>

namespace locum::installer {

using cluster::Layout;
using cluster::Node;
using engine::Error;
using nlohmann::json;

namespace {

void place(Node& node, const std::string& manifest, const std::string& version) {
    const std::string file = kept_bundle(node.layout, manifest);
    if (!platform::exists(file))
        throw Error(fmt::format("the bundle {} is not on this host", manifest),
                    engine::Kind::refused)
            .remedy("name it: locum upgrade resume BUNDLE");
    const suite::ProgramBundle bundle =
        suite::ProgramBundle::open(file, suite::PublicKey::parse(node.state().bundle_key));
    if (bundle.suite() != node.layout.suite)
        throw Error(fmt::format("the bundle {} is of the suite {}", manifest, bundle.suite()),
                    engine::Kind::refused)
            .remedy("use a bundle of " + node.layout.suite);
    if (const std::string placed = cluster::place_program(bundle, node.layout); placed != version)
        throw Error(fmt::format("the bundle {} brings {} for {}; expected Locum {}", manifest,
                                placed.empty() ? "no program" : "Locum " + placed,
                                platform::system_name(), version),
                    engine::Kind::refused)
            .remedy("go on with the bundle that the upgrade was begun with");
}

json exchange(Node& node, const json& parameters) {
    const std::string version = parameters.at("version");
    const std::string manifest = parameters.at("manifest");
    if (!manifest.empty()) // in an upgrade, which could not be staged here
        require_none_begun(node.layout);
    if (!manifest.empty())
        place(node, manifest, version);
    if (cluster::running_program(node.layout) == version &&
        cluster::linked_program(node.layout) == version)
        return json::object(); // told again, since its answer was lost
    // By the program that works, before anything is touched.
    if (!version.empty())
        cluster::try_program(node.layout, version);
    cluster::begin_exchange(node.layout, version);
    return json::object();
}

} // namespace

bool AgentProgram::older_than(const engine::Version& other) const {
    return engine::Version::parse(version) < other;
}

json agent_program_facts(const Layout& layout) {
    const cluster::AgentExchange last = cluster::last_exchange(layout);
    const std::string runs = cluster::running_program(layout);
    return {{"version", engine::locum_version()},
            {"system", platform::system_name()},
            {"runs", runs},
            {"linked", cluster::linked_program(layout)},
            {"fault-of", last.fault.empty() ? "" : last.to},
            {"fault", last.fault},
            {"to-go-back", cluster::exchange_command(layout, runs)}};
}

AgentProgram agent_program_from_json(const json& value) {
    return {value.at("version"),  value.at("system"), value.at("runs"),      value.at("linked"),
            value.at("fault-of"), value.at("fault"),  value.at("to-go-back")};
}

cluster::NodeOperations agent_operations() {
    return {{"exchange", operation(exchange)}};
}

} // namespace locum::installer
