#include "installer/inventory.hpp"

#include "installer/accounts.hpp"
#include "installer/resources/accounts.hpp"
#include "installer/resources/configs.hpp"
#include "installer/resources/firewall.hpp"
#include "installer/resources/program.hpp"
#include "installer/resources/services.hpp"
#include "installer/resources/shown.hpp"
#include "installer/resources/version_files.hpp"
#include "installer/shown.hpp"

#include <set>

namespace locum::installer {

std::vector<Resource> inventory(const InstalledNode& node, resources::Purge purge) {
    std::vector<Resource> all = resources::folders(node, purge);
    all.push_back(resources::identity(node));
    // Removed late: a removal that was cut off can be begun from there again.
    if (apps_list_used(node.layout))
        all.push_back(resources::apps_list(node));
    std::set<std::string> versions;
    for (const auto& [component, version] : node.version_of)
        versions.insert(version);
    for (const std::string& version : versions)
        all.push_back(resources::version_texts(node, version));
    for (const std::string& component : node.state.components) {
        all.push_back(resources::component_files(node, component));
        all.push_back(resources::component_link(node, component));
    }
    if (!node.program_version.empty())
        all.push_back(resources::program(node));
    if (accounts_declared(node.layout))
        all.push_back(resources::accounts(node, purge));
    for (const std::string& component : node.state.components)
        all.push_back(resources::component_configs(node, component));
    // Removed after the agent, which would make them again.
    if (resources::shows_shortcuts(node))
        all.push_back(resources::shortcuts(node));
    all.push_back(resources::firewall(node));
    all.push_back(resources::agent(node));
    for (const std::string& component : node.state.components)
        all.push_back(resources::component_services(node, component));
    return all;
}

} // namespace locum::installer
