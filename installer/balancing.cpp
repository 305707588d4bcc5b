#include "installer/balancing.hpp"

#include "cluster/balancer_commands.hpp"
#include "engine/error.hpp"

#include <thread>

namespace locum::installer {

using cluster::HaproxySocket;
using suite::BalancerDriver;

namespace {

constexpr std::chrono::milliseconds poll_interval{20};

HaproxySocket socket_of(const suite::Balancing& balancing, const suite::Scope& scope) {
    return {suite::render(balancing.socket, scope, "manifest.toml"), balancing.backend};
}

suite::Scope scope_of(const cluster::Layout& layout, const cluster::NodeState& node,
                      const suite::Manifest& manifest) {
    return base_scope(layout, node, manifest.version.text(), manifest.balancing->component);
}

} // namespace

cluster::BalancerPort balancer_port(const cluster::Layout& layout, const cluster::NodeState& node,
                                    const suite::Manifest& manifest, const BalancedNode& server) {
    suite::Scope scope = scope_of(layout, node, manifest);
    if (manifest.balancing->driver == BalancerDriver::haproxy)
        return haproxy_port(socket_of(*manifest.balancing, scope), server.name);
    for (const auto& [name, value] : variables_of(server))
        scope.variables["server." + name] = value;
    suite::BalancerCommands commands = manifest.balancing->commands;
    commands.drain = rendered(commands.drain, scope);
    commands.undrain = rendered(commands.undrain, scope);
    commands.show = rendered({commands.show, ""}, scope).argv;
    for (std::string* line : {&commands.in_rotation, &commands.out_of_rotation, &commands.idle})
        *line = suite::render(*line, scope, "manifest.toml");
    std::string logs;
    for (const std::string& service : manifest.services_of(manifest.balancing->component))
        logs += (logs.empty() ? "" : ", ") + log_file(layout, service);
    return cluster::command_port(std::move(commands), server.name, logs);
}

ReloadProof::ReloadProof(const cluster::Layout& layout, const cluster::NodeState& node,
                         const suite::Manifest& manifest) {
    if (manifest.balancing->driver != BalancerDriver::haproxy)
        return;
    socket_ = socket_of(*manifest.balancing, scope_of(layout, node, manifest));
    try {
        worker_ = socket_->worker();
    } catch (const engine::Error&) {
        // None answers: its socket may be another one in this version.
    }
}

std::optional<std::string> ReloadProof::doubt(std::chrono::milliseconds limit) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (std::string why; socket_; std::this_thread::sleep_for(poll_interval)) {
        try {
            if (socket_->worker() != worker_)
                break;
            why = "the old process still answers on its socket";
        } catch (const engine::Error& error) { // while one hands over to the other
            why = error.one_line();
        }
        if (std::chrono::steady_clock::now() > deadline)
            return why;
    }
    return std::nullopt;
}

} // namespace locum::installer
