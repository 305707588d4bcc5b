// How servers are taken out of rotation and put back.

#include "suite/manifest_command.hpp"
#include "suite/manifest_reader.hpp"

#include <fmt/format.h>

namespace locum::suite {

namespace {

// What `show` prints; a line that told two things would tell nothing.
void read_show(References& references, Section section, const KnownIn& known,
               BalancerCommands& commands) {
    commands.show = read_argv(references, section, "command", "'show'", known);
    commands.in_rotation = read_line(references, section, "in-rotation", known);
    commands.out_of_rotation = read_line(references, section, "out-of-rotation", known);
    commands.idle = read_line(references, section, "idle", known);
    const std::string& in = commands.in_rotation;
    const std::string& out = commands.out_of_rotation;
    const std::string& idle = commands.idle;
    if (in == out || in == idle || out == idle)
        section.fail(section.at(),
                     fmt::format("'{}', '{}' and '{}' for 'in-rotation', 'out-of-rotation' and "
                                 "'idle'",
                                 in, out, idle),
                     "three different lines");
    section.done();
}

BalancerCommands read_commands(References& references, Section& section,
                               const Balancing& balancing) {
    BalancerCommands commands;
    const KnownIn known{.component = balancing.component, .server = balancing.server};
    const auto table = [&](const char* key) { return section.section(key, true); };
    Section drain = table("drain");
    commands.drain = read_command(references, drain, "'drain'", known);
    drain.done();
    Section undrain = table("undrain");
    commands.undrain = read_command(references, undrain, "'undrain'", known);
    undrain.done();
    read_show(references, table("show"), known, commands);
    commands.settle = std::chrono::milliseconds(section.number("settle-ms", 0, 60'000, 0));
    return commands;
}

// Each of the balancer's services is reloaded at the end of an upgrade, when there is no way back:
// one that cannot would keep it there.
void require_reloads(const Manifest& manifest, const Section& section, const Balancing& balancing) {
    // A signal is sent before anything is read: only a command's end can prove that a balancer that
    // is driven by commands has taken its configuration up.
    const bool by_command = balancing.driver == BalancerDriver::command;
    for (const Service& service : manifest.services) {
        if (service.component != balancing.component || service.reload_command ||
            (service.reload_signal && !by_command))
            continue;
        section.fail(section.at(),
                     fmt::format("driver '{}' for '{}', whose service '{}' has no reload{}",
                                 by_command ? "command" : "haproxy", balancing.component,
                                 service.name, by_command ? " by command" : ""),
                     by_command
                         ? "reload = { command, output }: it tells whether a changed configuration "
                           "was taken up"
                         : "reload = { signal } or { command, output }: an upgrade changes the "
                           "balancer's configuration");
    }
}

} // namespace

void ManifestReader::read_balancing() {
    Section section = file.section("balancing");
    if (!file.has("balancing"))
        return;
    Balancing balancing;
    for (const auto& [key, role, into] :
         {std::tuple{"component", Role::balancer, &balancing.component},
          std::tuple{"server", Role::server, &balancing.server}}) {
        const Text named = section.text(key);
        references.refer(section, "component", named);
        const Component* component = manifest.component(named.value);
        if (component != nullptr && component->role != role)
            section.fail(
                named.at,
                fmt::format("the component '{}' of role {}", named.value, name(component->role)),
                fmt::format("one of role {}", name(role)));
        *into = named.value;
    }
    balancing.driver =
        static_cast<BalancerDriver>(read_choice(section, "driver", {"haproxy", "command"}));
    if (balancing.driver == BalancerDriver::haproxy) {
        balancing.socket = with_variables(references, section, "socket", {balancing.component});
        balancing.backend = section.one_line("backend").value;
    } else {
        balancing.commands = read_commands(references, section, balancing);
    }
    require_reloads(manifest, section, balancing);
    section.done();
    manifest.balancing = std::move(balancing);
}

} // namespace locum::suite
