#include "upgrade/steps/datasource.hpp"

#include "upgrade/steps/node.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade::steps {

using cluster::NamedDatasource;
using engine::Step;
using engine::Undo;
using nlohmann::json;

Step use_datasource(Conductor& conductor, const std::string& step, const std::string& node,
                    const NamedDatasource& next) {
    const auto active = [&conductor, node] {
        return json::parse(conductor.peers().ask(
            cluster::address_of(conductor.registry().node(node)), "datasource"));
    };
    const auto tell = [&conductor, node](const std::string& id, const std::string& name,
                                         engine::Reporter& reporter) {
        conductor.tell(node, id, "use-datasource",
                       json{{"name", name}, {"servers", json::parse(conductor.servers())}}.dump(),
                       reporter);
    };
    return {step,
            fmt::format("let {} work on the datasource {}", node, next.name),
            [&conductor, active, next] {
                const json found = active();
                return found.at("name") == next.name &&
                       found.at("fingerprint") ==
                           cluster::fingerprint(conductor.upgrade().layout, next.settings);
            },
            [active] { return active().at("name").get<std::string>(); },
            [&conductor, node, step, next, tell](engine::Reporter& reporter) {
                // The coordinator's own node keeps it already.
                if (node != conductor.upgrade().node)
                    conductor.peers().send_datasource(
                        cluster::address_of(conductor.registry().node(node)),
                        cluster::to_json(next));
                tell(step, next.name, reporter);
                return std::string();
            },
            nullptr,
            undo_by_agent(conductor, node, [step, tell](const std::string& before) {
                engine::SilentReporter silent;
                tell(step + "/undo", before, silent);
            })};
}

Step reactivate(Conductor& conductor, const std::string& step, const std::string& name) {
    const auto set = [&conductor](const std::string& value) {
        conductor.under_lease(
            [&] { conductor.registry().set_fact(cluster::fact::deactivated, value); });
    };
    return {step,
            fmt::format("let servers start on the datasource {} again", name),
            [&conductor] { return conductor.registry().fact(cluster::fact::deactivated).empty(); },
            [&conductor] { return conductor.registry().fact(cluster::fact::deactivated); },
            [set](engine::Reporter&) {
                set("");
                return std::string();
            },
            nullptr,
            Undo{[set](const std::string& memo) { set(memo); }}};
}

} // namespace locum::upgrade::steps
