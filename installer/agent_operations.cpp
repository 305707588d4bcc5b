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

using cluster::Calls;
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
    // Before it is placed: what is on the host is what a server may have exchanged later.
    const std::string brought =
        bundle.is_for(platform::system_name()) ? bundle.program()->version.text() : "";
    if (brought != version)
        throw Error(fmt::format("the bundle {} brings {} for {}; expected Locum {}", manifest,
                                brought.empty() ? "no program" : "Locum " + brought,
                                platform::system_name(), version),
                    engine::Kind::refused)
            .remedy("go on with the bundle that the upgrade was begun with");
    cluster::place_program(bundle, node.layout);
}

// What the vendor signed once stays signed, with the faults that later versions mended: whoever
// owns a server must not get it to run again. Going back is for what the last exchange came from.
void require_not_older(const Layout& layout, const std::string& version, bool brought) {
    if (brought) {
        if (!(engine::Version::parse(version) < engine::Version::parse(engine::locum_version())))
            return;
    } else {
        const cluster::AgentExchange last = cluster::last_exchange(layout);
        const bool exchanged = !last.to.empty() || !last.from.empty();
        // Its goal too: told again, the record is that of the way back.
        if (version == cluster::linked_program(layout) ||
            (exchanged && (version == last.from || version == last.to)))
            return;
    }
    throw Error(fmt::format("this agent is Locum {}, and is to run from {}, which {}",
                            engine::locum_version(),
                            version.empty() ? "another program" : "Locum " + version,
                            brought ? "is older" : "its last exchange did not come from"),
                engine::Kind::refused)
        .remedy(brought ? "use a bundle whose program is this Locum or a newer one"
                        : "where that is meant, type on this host: " +
                              cluster::exchange_command(layout, version));
}

json exchange(Node& node, const json& parameters) {
    const std::string version = parameters.at("version");
    const std::string manifest = parameters.at("manifest");
    require_not_older(node.layout, version, !manifest.empty());
    if (!manifest.empty()) { // in an upgrade, which could not be staged here
        require_none_begun(node.layout);
        place(node, manifest, version);
    }
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
    // "" stands for the program from elsewhere.
    json commands{{"", cluster::exchange_command(layout, "")}};
    for (const std::string& version : platform::list_folder(layout.programs()))
        commands[version] = cluster::exchange_command(layout, version);
    return {{"version", engine::locum_version()},
            {"system", platform::system_name()},
            {"runs", runs},
            {"linked", cluster::linked_program(layout)},
            {"fault-of", last.fault.empty() ? "" : last.to},
            {"fault", last.fault},
            {"commands", commands}};
}

AgentProgram agent_program_from_json(const json& value) {
    return {value.at("version"),  value.at("system"), value.at("runs"),    value.at("linked"),
            value.at("fault-of"), value.at("fault"),  value.at("commands")};
}

cluster::NodeOperations agent_operations() {
    return {{"exchange", operation(Calls::command, exchange)}};
}

} // namespace locum::installer
