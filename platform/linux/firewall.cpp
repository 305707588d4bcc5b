#include "platform/linux/firewall.hpp"

#include "engine/error.hpp"
#include "platform/outcome.hpp"
#include "platform/process.hpp"
#include "platform/program.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <iterator>

namespace locum::platform {

namespace {

constexpr std::chrono::seconds tool_limit{60};

} // namespace

std::string_view name(Protocol protocol) {
    return protocol == Protocol::udp ? "udp" : "tcp";
}

std::string told_by(const std::vector<std::string>& argv, const std::string& input) {
    Command command;
    command.argv = argv;
    command.input = input;
    command.environment["LC_ALL"] = "C";
    command.time_limit = tool_limit;
    command.output_limit = 64U << 20; // a ruleset can be long, and is of no use in part
    const Finished finished = run(command);
    if (const std::string why = fault(finished, "", tool_limit); !why.empty())
        throw engine::Error(fmt::format("{}: {}: {}", shown(argv), why, readable(finished.errors)))
            .remedy("see that the host's firewall works (" + argv.front() + ")");
    return finished.output;
}

bool has_program(const std::string& name) {
    try {
        find_program({name});
        return true;
    } catch (const engine::Error&) {
        return false;
    }
}

FirewallDifference difference(const FirewallRules& wanted, const FirewallRules& ours) {
    FirewallDifference found;
    std::set_difference(wanted.begin(), wanted.end(), ours.begin(), ours.end(),
                        std::inserter(found.missing, found.missing.end()));
    std::set_difference(ours.begin(), ours.end(), wanted.begin(), wanted.end(),
                        std::inserter(found.surplus, found.surplus.end()));
    return found;
}

bool firewall_tells_programs_apart() {
    return false;
}

// The first two are asked first, since they work by nftables themselves.
std::optional<Firewall> firewall_in_force(const std::string& owner) {
    if (firewalld::runs())
        return firewalld::firewall(owner);
    if (ufw::is_active())
        return ufw::firewall(owner);
    if (nftables::filters())
        return nftables::firewall(owner);
    return std::nullopt;
}

void remove_firewall_rules(const std::string& owner, const std::string& except) {
    if (except != "firewalld") {
        if (firewalld::runs())
            firewalld::firewall(owner).set({});
        else
            firewalld::remove_from_files(owner);
    }
    if (except != "ufw" && has_program("ufw"))
        ufw::firewall(owner).set({});
    if (except != "nftables" && has_program("nft"))
        nftables::firewall(owner).set({});
}

} // namespace locum::platform
