#include "cli/operations.hpp"

#include "installer/agent_operations.hpp"
#include "installer/datasource_operations.hpp"
#include "installer/firewall_keeper.hpp"
#include "installer/host_questions.hpp"
#include "installer/node_operations.hpp"
#include "upgrade/node_operations.hpp"

namespace locum::cli {

cluster::NodeOperations all_node_operations() {
    cluster::NodeOperations all = installer::node_operations();
    all.merge(installer::agent_operations());
    all.merge(installer::datasource_operations());
    all.merge(installer::firewall_operations());
    all.merge(installer::host_questions());
    all.merge(upgrade::node_operations());
    return all;
}

} // namespace locum::cli
