#include "cluster/balancer_commands.hpp"

#include "cluster/expected_line.hpp"
#include "engine/error.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace locum::cluster {

namespace {

BalancedServer understood(const suite::BalancerCommands& commands,
                          const std::vector<std::string>& lines, const CommandPurpose& purpose) {
    const auto said = [&](const std::string& line) {
        return std::find(lines.begin(), lines.end(), line) != lines.end();
    };
    const bool in = said(commands.in_rotation);
    // Neither leaves open what is so, and both contradict each other.
    if (in == said(commands.out_of_rotation))
        throw engine::Error(fmt::format("{} ({}) did not print one of the lines '{}' and '{}'; {}",
                                        commands.show.at(0), purpose.text, commands.in_rotation,
                                        commands.out_of_rotation, told(lines)))
            .remedy(purpose.remedy);
    return {in, said(commands.idle), shown(lines)};
}

} // namespace

BalancerPort command_port(suite::BalancerCommands commands, const std::string& server,
                          const std::string& log, std::chrono::milliseconds limit) {
    const auto purpose = [=](const char* what) {
        return CommandPurpose{
            fmt::format("to {} {} in the balancer", what, server),
            fmt::format("see whether the balancer runs and knows {} (locum status), and its log {}",
                        server, log),
            limit};
    };
    return {[=] { lines_of(commands.drain, purpose("drain")); },
            [=] { lines_of(commands.undrain, purpose("undrain")); },
            [=] {
                const CommandPurpose show = purpose("show");
                return understood(commands, lines_of({commands.show, ""}, show), show);
            }};
}

} // namespace locum::cluster
