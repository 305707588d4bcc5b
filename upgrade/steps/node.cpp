#include "upgrade/steps/node.hpp"

#include "cluster/shared_secrets.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::upgrade::steps {

using cluster::Mode;
using engine::Error;
using engine::Kind;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using engine::Undo;
using installer::NodeFacts;
using nlohmann::json;

namespace {

// What it was told before is in its log of commands. An undo has ids of its own, so that its
// commands are not mistaken for those of the step.
Undo undo(Conductor& conductor, const std::string& step, const std::string& node,
          const std::string& action,
          const std::function<json(const std::string& memo)>& parameters) {
    return undo_by_agent(
        conductor, node, [&conductor, step, node, action, parameters](const std::string& memo) {
            engine::SilentReporter silent;
            conductor.tell(node, step + "/undo", action, parameters(memo).dump(), silent);
        });
}

} // namespace

Undo undo_by_agent(Conductor& conductor, const std::string& node,
                   const std::function<void(const std::string& memo)>& back) {
    return Undo{[&conductor, node, back](const std::string& memo) {
        try {
            back(memo);
        } catch (const Error& error) {
            if (error.kind() == Kind::busy || conductor.answers(node))
                throw;
            throw waits_for_agent(conductor, node, error.one_line());
        }
    }};
}

void send_bundle(Conductor& conductor, const NodeFacts& facts, const std::string& step,
                 Reporter& reporter) {
    const std::string& sha256 = conductor.upgrade().manifest_sha256;
    if (std::find(facts.bundles.begin(), facts.bundles.end(), sha256) != facts.bundles.end())
        return;
    const std::string& bundle = conductor.upgrade().bundle_file;
    if (bundle.empty())
        throw Error(fmt::format("{} has not got the bundle {} yet, and none is at hand here",
                                facts.name, sha256),
                    Kind::usage)
            .remedy("name it: locum upgrade resume BUNDLE");
    conductor.peers().send_bundle(cluster::address_of(conductor.registry().node(facts.name)),
                                  bundle, sha256, reporter, step);
}

Step stage(Conductor& conductor, const std::string& node) {
    const std::string step = "stage/" + node;
    const std::string sha256 = conductor.upgrade().manifest_sha256;
    return {
        step, fmt::format("send the bundle to {} and unpack it beside the running version", node),
        [&conductor, node, sha256] {
            const std::vector<std::string> staged = conductor.facts(node).staged;
            return std::find(staged.begin(), staged.end(), sha256) != staged.end();
        },
        nullptr,
        [&conductor, node, step, sha256](Reporter& reporter) {
            send_bundle(conductor, conductor.facts(node), step, reporter);
            const cluster::NodeRow row = conductor.registry().node(node);
            if (!row.has_role("server") && !conductor.upgrade().manifest().secrets.empty())
                conductor.peers().send_secrets(cluster::address_of(row),
                                               cluster::secrets_for(conductor.upgrade().layout,
                                                                    conductor.upgrade().manifest(),
                                                                    row.components));
            conductor.tell(
                node, step, "stage",
                json{{"manifest", sha256}, {"servers", json::parse(conductor.servers())}}.dump(),
                reporter);
            return std::string();
        },
        nullptr,
        // Beside the running version it does no harm, and the next attempt finds it there;
        // another bundle takes its place.
        NothingToUndo{}};
}

Step copy(Conductor& conductor, const std::string& node) {
    const std::string step = node + "/copy";
    const Upgrade& upgrade = conductor.upgrade();
    return {step,
            fmt::format(
                "copy the productive database to {}, check it, and migrate the copy to schema {}",
                node, upgrade.manifest().schema),
            [&conductor, node] {
                const std::optional<cluster::NodeCopy> copy = conductor.facts(node).copy;
                return copy && copy->operation == conductor.upgrade().operation &&
                       copy->schema == conductor.upgrade().manifest().schema;
            },
            nullptr,
            [&conductor, node, step](Reporter& reporter) {
                const json result = json::parse(conductor.tell(
                    node, step, "copy", json{{"version", conductor.upgrade().version()}}.dump(),
                    reporter));
                return fmt::format("{} rows in {} tables, {} KB",
                                   result.at("rows").get<std::int64_t>(),
                                   result.at("tables").get<std::size_t>(),
                                   result.at("bytes").get<std::uint64_t>() / 1024);
            },
            nullptr,
            undo(conductor, step, node, "forget-copy",
                 [](const std::string&) { return json::object(); })};
}

bool is_stop(std::string_view step) {
    return step.ends_with("/stop");
}

Step stop(Conductor& conductor, const std::string& step, const std::string& node,
          const std::string& component, const std::string& version) {
    return {step,
            fmt::format("stop {} {} on {}", component, version, node),
            [&conductor, node, component] { return none_runs(conductor.facts(node), component); },
            [&conductor, node, component] { return conductor.facts(node).current[component]; },
            [&conductor, node, step, component](Reporter& reporter) {
                conductor.tell(node, step, "stop", json{{"component", component}}.dump(), reporter);
                return std::string();
            },
            nullptr,
            undo(conductor, step, node, "start", [component](const std::string& memo) {
                return json{{"component", component}, {"version", memo}};
            })};
}

Step switch_version(Conductor& conductor, const std::string& step, const std::string& node,
                    const std::string& component) {
    const std::string version = conductor.upgrade().version();
    return {step,
            fmt::format("switch {} on {} to version {}", component, node, version),
            [&conductor, node, component, version] {
                return conductor.facts(node).current[component] == version;
            },
            [&conductor, node, component] { return conductor.facts(node).current[component]; },
            [&conductor, node, step, component, version](Reporter& reporter) {
                conductor.tell(node, step, "switch",
                               json{{"component", component}, {"version", version}}.dump(),
                               reporter);
                return std::string();
            },
            nullptr,
            undo(conductor, step, node, "switch", [component](const std::string& memo) {
                return json{{"component", component}, {"version", memo}};
            })};
}

Step configure(Conductor& conductor, const std::string& step, const std::string& node,
               const std::string& component, Mode to) {
    const std::string version = conductor.upgrade().version();
    auto parameters = [&conductor, component](const std::string& wanted, Mode mode) {
        return json{{"component", component},
                    {"version", wanted},
                    {"mode", name(mode)},
                    {"servers", json::parse(conductor.servers())}};
    };
    const bool server = component == conductor.server_component();
    return {step,
            server ? fmt::format("configure {} on {} for {}", component, node,
                                 to == Mode::update ? "its copy" : "the productive database")
                   : fmt::format("write the configuration of {} on {}", component, node),
            [&conductor, node, version, to, server] {
                const NodeFacts facts = conductor.facts(node);
                return server && facts.configured == version && facts.mode == to;
            },
            [&conductor, node] {
                const NodeFacts facts = conductor.facts(node);
                return json{{"version", facts.configured}, {"mode", name(facts.mode)}}.dump();
            },
            [&conductor, node, step, version, to, parameters](Reporter& reporter) {
                conductor.tell(node, step, "configure", parameters(version, to).dump(), reporter);
                return std::string();
            },
            nullptr,
            undo(conductor, step, node, "configure", [parameters](const std::string& memo) {
                const json before = json::parse(memo);
                return parameters(before.at("version"),
                                  before.at("mode") == "update" ? Mode::update : Mode::normal);
            })};
}

Step start(Conductor& conductor, const std::string& step, const std::string& node,
           const std::string& component) {
    const std::string version = conductor.upgrade().version();
    return {
        step,
        fmt::format("start {} {} on {} and wait until all probes pass", component, version, node),
        [&conductor, node, component, version] {
            const installer::NodeFacts facts = conductor.facts(node);
            return all_run(facts, services_on(facts, conductor.upgrade().manifest(), component),
                           version) &&
                   !conductor.unwell(node, component);
        },
        nullptr,
        [&conductor, node, step, component, version](Reporter& reporter) {
            conductor.tell(node, step, "start",
                           json{{"component", component}, {"version", version}}.dump(), reporter);
            return std::string();
        },
        nullptr,
        undo(conductor, step, node, "stop", [component](const std::string&) {
            return json{{"component", component}};
        })};
}

Step reload(Conductor& conductor, const std::string& step, const std::string& node,
            const std::string& component) {
    const std::string version = conductor.upgrade().version();
    return {step,
            fmt::format("let {} on {} take its configuration up without a stop", component, node),
            [] { return false; }, // reloading twice changes nothing
            nullptr,
            [&conductor, node, step, component, version](Reporter& reporter) {
                conductor.tell(node, step, "reload",
                               json{{"component", component}, {"version", version}}.dump(),
                               reporter);
                return std::string();
            },
            [&conductor, node, component] {
                if (std::optional<std::string> why = conductor.unwell(node, component))
                    throw Error(*why).remedy("see the log of " + component + " on " + node);
            },
            NothingToUndo{}};
}

Step restart(Conductor& conductor, const std::string& step, const std::string& node,
             const std::string& component) {
    Step made = start(conductor, step, node, component);
    const std::string version = conductor.upgrade().version();
    made.says = fmt::format("restart {} on {} in version {}", component, node, version);
    made.apply = [&conductor, node, step, component, version](Reporter& reporter) {
        conductor.tell(node, step, "stop", json{{"component", component}}.dump(), reporter);
        conductor.tell(node, step, "start",
                       json{{"component", component}, {"version", version}}.dump(), reporter);
        return std::string();
    };
    made.undo = NothingToUndo{}; // only after the point of no return
    return made;
}

Step set_mode(Conductor& conductor, const std::string& step, const std::string& node, Mode mode,
              const std::string& says) {
    return {step,
            says,
            [&conductor, node, mode] { return conductor.registry().node(node).mode == mode; },
            nullptr,
            [&conductor, node, mode](Reporter&) {
                conductor.under_lease([&] { conductor.registry().set_mode(node, mode); });
                return std::string();
            },
            nullptr,
            Undo{[&conductor, node, mode](const std::string&) {
                const Mode before = mode == Mode::update ? Mode::normal : Mode::update;
                conductor.under_lease([&] { conductor.registry().set_mode(node, before); });
            }}};
}

} // namespace locum::upgrade::steps
