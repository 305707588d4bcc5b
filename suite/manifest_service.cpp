// What runs on a host: the services of its components.

#include "suite/manifest_command.hpp"
#include "suite/manifest_reader.hpp"

#include "platform/capabilities.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::suite {

namespace {

const std::vector<std::string_view> signals = {"TERM", "INT",  "QUIT", "HUP",
                                               "USR1", "USR2", "KILL"};

void read_capabilities(Section& section, Service& service) {
    for (const Text& capability : section.texts("capabilities")) {
        auto& all = service.capabilities;
        if (!platform::capability_number(capability.value) ||
            std::find(all.begin(), all.end(), capability.value) != all.end())
            section.fail(
                capability.at, fmt::format("'{}' in 'capabilities'", capability.value),
                fmt::format("each once of {}", fmt::join(platform::capability_names(), ", ")));
        all.push_back(capability.value);
    }
}

void read_reload(References& references, Section& section, Service& service) {
    Section reload = section.section("reload");
    if (section.has("reload")) {
        if (reload.has("signal") == reload.has("command"))
            reload.fail(reload.at(),
                        fmt::format("a reload of '{}' with {} of 'signal' and 'command'",
                                    service.name, reload.has("signal") ? "both" : "neither"),
                        "exactly one");
        if (reload.has("signal"))
            service.reload_signal = signals[read_choice(reload, "signal", signals)];
        else
            service.reload_command =
                read_command(references, reload, "'reload'", {service.component});
    }
    reload.done();
}

bool is_environment_name(std::string_view name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](char c) { return c >= ' ' && c <= '~' && c != '='; });
}

// As systemd-sysusers accepts it, and short enough for the records of who is logged in.
void read_user(Section& section, Service& service) {
    if (!section.has("user"))
        return;
    const Text user = section.one_line("user");
    if (!is_account_name(user.value))
        section.fail(user.at, fmt::format("'{}' for 'user'", user.value),
                     std::string(account_name_rule));
    service.user = user.value;
}

void read_limits(Section& section, ServiceLimits& limits) {
    Section table = section.section("limits");
    const auto read = [&](std::string_view key, std::int64_t most) {
        return static_cast<std::uint64_t>(table.number(key, 0, most, 0));
    };
    limits.open_files = read("open-files", 1 << 20);
    limits.tasks = read("tasks", 1 << 22);
    limits.memory_mb = read("memory-mb", 1 << 30);
    table.done();
}

// As systemd names its units; none of ours, whose order follows from what components require.
std::string unit_before(Section& section, const Text& text,
                        const std::vector<std::string>& before) {
    const auto dot = text.value.rfind('.');
    const std::string_view kind =
        std::string_view(text.value).substr(std::min(dot, text.value.size()));
    const bool unit =
        dot != 0 &&
        (kind == ".service" || kind == ".socket" || kind == ".target" || kind == ".mount") &&
        text.value.size() < 200 &&
        text.value.find_first_not_of(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
            ":-_.\\@") == std::string::npos;
    if (!unit || std::find(before.begin(), before.end(), text.value) != before.end())
        section.fail(text.at, fmt::format("'{}' in 'after'", text.value),
                     "units of the host's system, each once, such as \"redis-server.service\"");
    return text.value;
}

std::string allowance(Section& section, const Text& text, const std::vector<std::string>& before) {
    const auto& all = service_allowances;
    if (std::find(all.begin(), all.end(), text.value) == all.end() ||
        std::find(before.begin(), before.end(), text.value) != before.end())
        section.fail(text.at, fmt::format("'{}' in 'allows'", text.value),
                     fmt::format("each once of {}", fmt::join(all, ", ")));
    return text.value;
}

} // namespace

bool is_account_name(std::string_view name) {
    return !name.empty() && name.size() <= 31 &&
           (name[0] == '_' || (name[0] >= 'a' && name[0] <= 'z')) &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == name.npos;
}

void ManifestReader::read_services() {
    for (Section section : file.list("services")) {
        const Text name = section.text("name");
        Service service;
        service.name = name.value;
        service.component = refer_one(references, section, "component");
        service.systems = read_systems(section, manifest, service.component);
        if (!continues(manifest.services, service))
            references.declare(section, "service", name);
        // Made once for each version of a component, whichever database its server works on.
        const KnownIn known{service.component};
        service.argv = read_argv(references, section, "argv",
                                 fmt::format("the service '{}'", name.value), known);
        Section environment = section.section("environment");
        for (const Text& key : environment.keys()) {
            if (!is_environment_name(key.value))
                environment.fail(key.at, fmt::format("'{}' in 'environment'", key.value),
                                 "a name of printable ASCII without '='");
            const Text value = environment.text(key.value);
            references.variables(environment, value, known);
            service.environment[key.value] = value.value;
        }
        read_user(section, service);
        Section stop = section.section("stop");
        service.stop_signal = signals[read_choice(stop, "signal", signals, "TERM")];
        service.stop_timeout = std::chrono::seconds(stop.number("timeout-s", 1, 3600, 10));
        stop.done();
        read_reload(references, section, service);
        read_capabilities(section, service);
        read_limits(section, service.limits);
        for (const Text& unit : section.texts("after"))
            service.after.push_back(unit_before(section, unit, service.after));
        for (const Text& allowed : section.texts("allows"))
            service.allows.push_back(allowance(section, allowed, service.allows));
        section.done();
        manifest.services.push_back(std::move(service));
    }
}

} // namespace locum::suite
