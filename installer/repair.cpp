#include "installer/repair.hpp"

#include "engine/error.hpp"
#include "engine/runner.hpp"
#include "installer/begun.hpp"
#include "installer/taking_up.hpp"
#include "platform/files.hpp"
#include "platform/hash.hpp"
#include "platform/journal_file.hpp"
#include "platform/tree.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace locum::installer {

using engine::Error;
using engine::Kind;
using engine::NothingToUndo;
using engine::Reporter;
using engine::Step;
using resources::TakeUp;

namespace {

std::vector<std::string> differences(const Resource& resource) {
    std::vector<std::string> texts;
    for (const Drift& drift : resource.drift())
        if (drift.finding.severity == engine::Severity::error)
            texts.push_back(
                fmt::format("{}; expected {}", drift.finding.found, drift.finding.expected));
    return texts;
}

bool files(const Resource& resource) {
    return resource.id.starts_with("files/");
}

Step repair_step(const InstalledNode& node, const Verified& found) {
    const Resource& resource = *found.resource;
    const std::string says =
        found.differs()
            ? fmt::format("put right {}: {}{}", resource.says, found.drifts.front().finding.found,
                          found.drifts.size() > 1
                              ? fmt::format(", and {} more", found.drifts.size() - 1)
                              : "")
            : fmt::format("look again at {}, and put it right", resource.says);
    return {"repair/" + resource.id,
            says,
            [&resource] { return differences(resource).empty(); },
            nullptr,
            [&node, &resource](Reporter& reporter) {
                // Known before it is put right: afterwards nothing tells that it was not.
                if (Verified{&resource, resource.drift()}.differs_in_use())
                    await_take_up(
                        node.layout, resource.component,
                        resources::how_to_take_up(node, resource.component, files(resource)));
                resource.repair(reporter);
                return std::string();
            },
            [&resource] {
                if (const auto left = differences(resource); !left.empty())
                    throw Error(fmt::format("still: {}", fmt::join(left, "; ")))
                        .remedy("see what changes it, then run the command again");
            },
            NothingToUndo{}};
}

// how: nullopt where it is not known yet whether there will be something to take up.
Step take_up_step(const InstalledNode& node, const std::string& component,
                  std::optional<TakeUp> how) {
    std::string says = fmt::format("let {} take up what was put right, if it is needed", component);
    if (how)
        says = *how == TakeUp::reload
                   ? fmt::format("let {} take its configuration up, without a stop", component)
                   : fmt::format("restart {}, since it runs with what differed; requests to this "
                                 "host's {} fail meanwhile",
                                 component, component);
    return {"take-up/" + component,
            says,
            [&node, component] { return !awaited_take_up(node.layout, component); },
            nullptr,
            [&node, component](Reporter& reporter) {
                const auto awaited = awaited_take_up(node.layout, component);
                resources::take_up(node, component, awaited.value_or(TakeUp::restart), reporter);
                taken_up(node.layout, component);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

Step keep_given_bundle(const InstalledNode& node, const VersionHere& version) {
    const std::string to = kept_bundle(node.layout, platform::sha256_hex(version.text));
    return {"repair/bundle",
            fmt::format("keep {} in {}, to repair from", version.bundle, platform::parent_of(to)),
            [to, &node] {
                try { // whole, and not just there
                    suite::Bundle::open(to, suite::PublicKey::parse(node.state.bundle_key));
                    return true;
                } catch (const Error&) {
                    return false;
                }
            },
            nullptr,
            [&node, &version, to](Reporter&) {
                suite::Bundle::open(version.bundle, suite::PublicKey::parse(node.state.bundle_key));
                platform::make_folders(platform::parent_of(to), 0700);
                platform::copy_file(version.bundle, to, 0600);
                return std::string();
            },
            nullptr,
            NothingToUndo{}};
}

// What is to be taken up by each component, as far as it is known now.
std::map<std::string, std::optional<TakeUp>> take_ups(const InstalledNode& node,
                                                      const std::vector<Verified>& found) {
    std::map<std::string, std::optional<TakeUp>> all;
    const auto add = [&all](const std::string& component, std::optional<TakeUp> how) {
        auto [place, fresh] = all.emplace(component, how);
        if (how && place->second != TakeUp::restart)
            place->second = how;
    };
    for (const std::string& component : node.state.components)
        if (const auto awaited = awaited_take_up(node.layout, component))
            add(component, awaited);
    for (const Verified& one : found) {
        const std::string& component = one.resource->component;
        if (component.empty())
            continue;
        if (one.differs_in_use())
            add(component, resources::how_to_take_up(node, component, files(*one.resource)));
        else if (!one.differs())
            add(component, std::nullopt);
    }
    return all;
}

} // namespace

engine::Plan repair_plan(const InstalledNode& node, const std::vector<Verified>& found) {
    engine::Plan plan;
    plan.title =
        fmt::format("repair {} {} on {}", node.state.suite, node.state.version, node.state.name);
    const auto add = [&plan](Step step) { plan.add(std::move(step), engine::OnFailure::stop); };
    for (const auto& [version, here] : node.versions)
        if (!here.bundle.empty() &&
            here.bundle != kept_bundle(node.layout, platform::sha256_hex(here.text)))
            add(keep_given_bundle(node, here));
    const auto waiting = take_ups(node, found);
    const bool differs =
        std::any_of(found.begin(), found.end(), [](const auto& one) { return one.differs(); });
    const bool awaited = std::any_of(waiting.begin(), waiting.end(),
                                     [](const auto& one) { return one.second.has_value(); });
    if (!differs && !awaited)
        return plan;
    const auto add_repairs = [&](bool services) {
        for (const Verified& one : found)
            if (one.resource->repair && one.resource->id.starts_with("service/") == services)
                add(repair_step(node, one));
    };
    add_repairs(false);
    // The services' own resources last: a start is part of being restarted.
    for (const auto& [component, how] : waiting)
        add(take_up_step(node, component, how));
    add_repairs(true);
    return plan;
}

void require_repairable(const InstalledNode& node) {
    require_none_begun(node.layout);
    if (const auto& open = node.cluster.open)
        throw Error(fmt::format("operation {} ({}, {}) is open, and this node is part of it",
                                open->id, open->kind, open->state),
                    Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
    if (node.state.mode == cluster::Mode::update)
        throw Error(node.state.name + " works on its copy, in the middle of an upgrade", Kind::busy)
            .remedy("end it first: locum upgrade resume, or locum upgrade rollback");
}

platform::Lock lock_for_repair(const cluster::Layout& layout) {
    cluster::load_node_state(layout); // says what is not installed
    return platform::Lock::take(layout.state_file("host.lock"), "repair");
}

void repair(const platform::Lock&, const InstalledNode& node, const engine::Plan& plan,
            const std::function<bool()>& cancelled, Reporter& reporter) {
    platform::JournalFile journal(node.layout.state_file("journal"));
    const std::string operation = "repair-" + platform::hex(platform::random_bytes(8));
    engine::run(plan, {operation, 0, "", cancelled, {}}, journal, reporter);
}

} // namespace locum::installer
