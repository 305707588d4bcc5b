#include "upgrade/steps/datasource.hpp"

#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "upgrade/steps/node.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade::steps {

using cluster::NamedDatasource;
using engine::Error;
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
    const auto so = [&conductor, active, next] {
        const json found = active();
        return found.value("change", "").empty() && found.at("name") == next.name &&
               found.at("fingerprint") ==
                   cluster::fingerprint(conductor.upgrade().layout, next.settings);
    };
    return {step, fmt::format("let {} work on the datasource {}", node, next.name), so,
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
            // What is kept under a name may have been changed since it was proven.
            [so, node, next] {
                if (!so())
                    throw Error(fmt::format("{} works on other settings than those that were "
                                            "proven to be well as {}",
                                            node, next.name))
                        .remedy(fmt::format("locum datasource test {0}, then: locum datasource "
                                            "activate {0}",
                                            next.name));
            },
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

Step leave_database(const cluster::Layout& layout, const std::string& step,
                    const NamedDatasource& left, std::uint64_t epoch) {
    // Of this database alone: the conductor's is the next one.
    const auto fact = [layout, left] {
        cluster::Store store(left.settings, layout.suite);
        return cluster::Registry(store).fact(cluster::fact::deactivated);
    };
    const auto set = [layout, left, epoch](const std::string& value) {
        cluster::Store store(left.settings, layout.suite);
        cluster::Registry registry(store);
        store.transaction([&] {
            cluster::lock_epoch(store.connection(), store.prefix(), epoch);
            registry.set_fact(cluster::fact::deactivated, value);
        });
    };
    return {step,
            fmt::format("let no server start on the datasource {} any more", left.name),
            [fact] { return !fact().empty(); },
            fact,
            [set, left](engine::Reporter&) {
                set(left.name);
                return std::string();
            },
            nullptr,
            Undo{set}};
}

} // namespace locum::upgrade::steps
