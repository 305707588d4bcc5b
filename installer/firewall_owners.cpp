// Who answers at a port, for a firewall that tells programs apart. A rule for a program names its
// file, which lies in the folder of a version: so it is for that of each version that is unpacked
// here, and an upgrade finds its port open before it starts anything.

#include "cluster/agent.hpp"
#include "cluster/installed.hpp"
#include "cluster/program.hpp"
#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "engine/error.hpp"
#include "installer/firewall.hpp"
#include "installer/firewall_change.hpp"
#include "platform/command_line.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/program.hpp"

#include <algorithm>
#include <map>

namespace locum::installer {

using platform::PortOwner;
using platform::PortOwners;

namespace {

// "" where no program of this system can be told from the command's first word.
std::string program_of(const cluster::Layout& layout, const std::string& version,
                       const suite::Service& service) {
    constexpr std::string_view folder = "{component.dir}";
    std::string word = service.argv.empty() ? "" : service.argv.front();
    if (const std::size_t at = word.find(folder); at != word.npos)
        word.replace(at, folder.size(), layout.component(version, service.component));
    if (word.find_first_of("{}") != word.npos)
        return "";
    try {
        const std::string file = platform::find_program({word});
        // What a script starts is another program.
        return !platform::exists(file) || platform::is_batch_file(file)
                   ? ""
                   : platform::executable_of(file);
    } catch (const engine::Error&) {
        return "";
    }
}

// nullopt: somebody of them is not known, so everybody must be let in.
std::optional<PortOwners> programs_of(const cluster::Layout& layout, const std::string& component) {
    PortOwners all;
    for (const std::string& version : platform::list_folder(layout.product() + "/versions")) {
        if (!platform::exists(layout.component(version, component)))
            continue;
        const cluster::InstalledVersion installed(layout, version);
        for (const suite::Service& service : installed.manifest().services) {
            if (service.component != component)
                continue;
            const std::string program = program_of(layout, version, service);
            if (program.empty())
                return std::nullopt;
            all.push_back({"", program});
        }
    }
    return all;
}

PortOwners services_of(const cluster::Layout& layout, const std::string& component) {
    PortOwners all;
    for (const std::string& version : platform::list_folder(layout.product() + "/versions")) {
        if (!platform::exists(layout.component(version, component)))
            continue;
        const cluster::InstalledVersion installed(layout, version);
        for (const std::string& service : installed.manifest().services_of(component))
            all.push_back({cluster::service_unit_name(layout.suite, service), ""});
    }
    return all;
}

PortOwners agents_of(const cluster::Layout& layout) {
    PortOwners all;
    for (const std::string& version : platform::list_folder(layout.programs()))
        if (const std::string file = cluster::program_file(layout, version); platform::exists(file))
            all.push_back({"", file});
    if (cluster::linked_program(layout).empty())
        all.push_back({"", platform::this_program()});
    return all;
}

} // namespace

PortOwners port_owners(const cluster::Layout& layout, const PortRule& rule) {
    PortOwners all;
    try {
        const bool managed = cluster::service_manager_used(layout);
        if (rule.component.empty() && rule.name == "agent")
            all = managed ? PortOwners{{cluster::agent_unit_name(layout), ""}} : agents_of(layout);
        else if (!rule.component.empty())
            all = managed ? services_of(layout, rule.component)
                          : programs_of(layout, rule.component).value_or(PortOwners());
    } catch (const engine::Error&) {
        return {}; // a version that is not whole, as one is that is just being unpacked
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

platform::FirewallRules admitted(const cluster::Layout& layout, const std::vector<PortRule>& rules,
                                 const std::vector<Member>& members,
                                 std::vector<std::string>* unknown) {
    const platform::FirewallRules found = resolved(rules, members, unknown);
    if (!platform::firewall_tells_programs_apart())
        return found;
    std::map<std::string, PortOwners> owners;
    for (const PortRule& rule : rules)
        owners[rule.name] = port_owners(layout, rule);
    platform::FirewallRules all;
    for (platform::FirewallRule one : found) {
        one.by = owners.at(one.name);
        all.insert(std::move(one));
    }
    return all;
}

void admit_versions(const cluster::Layout& layout) {
    if (!platform::firewall_tells_programs_apart())
        return;
    const std::optional<FirewallRecord> record = load_firewall(layout);
    if (!record || !record->manage)
        return;
    const platform::Lock lock = hold_firewall(layout);
    apply_firewall(layout, load_firewall(layout).value(), host_firewall(layout));
}

} // namespace locum::installer
