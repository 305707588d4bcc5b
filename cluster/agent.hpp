#pragma once
// Locum's own service on each node: executes commands of peers, supervises the node's services,
// reports to the registry.

#include "cluster/agent_task.hpp"
#include "cluster/node.hpp"

#include <functional>
#include <string>
#include <vector>

namespace locum::cluster {

// Part of what an agent says, as Error(refused), to an operation of a newer Locum.
inline constexpr const char* unknown_operation = "knows no operation";

// Runs until SIGTERM or SIGINT; the services go on. is_up: called once it listens. Throws
// Error(busy) where an agent of this node runs already.
void run_agent(const Layout& layout, const NodeOperations& operations,
               const std::vector<AgentTask>& tasks = {}, const std::function<void()>& is_up = {});

// Where it writes if no service manager keeps that.
std::string agent_log(const Layout& layout);

// Whether its unit is to be started when the host boots. A unit that was not there before is.
enum class AtBoot {
    as_it_is, // an administrator's choice stays
    started,
};

// Starts `program agent run` for this layout and waits until it listens: as a service of the host's
// service manager where the layout is the host's own; else as a process of its own. An agent that
// runs already is fine. Throws Error with the end of its log where it does not come up.
void start_agent(const Layout& layout, const std::string& program, AtBoot at_boot);
// The same where it runs already: it runs from this program then.
void restart_agent(const Layout& layout, const std::string& program);
void stop_agent(const Layout& layout);
// As which the host's service manager has it: "locum-agent-x.service".
std::string agent_unit_name(const Layout& layout);
// Stops it and takes it out of the service manager.
void remove_agent(const Layout& layout);
bool agent_runs(const Layout& layout);
// Something of it is still there for remove_agent().
bool agent_is_there(const Layout& layout);

struct AgentFault {
    std::string found;
    std::string expected;
};
// What differs from how start_agent() leaves it. Drop-ins of the administrator are no fault.
std::vector<AgentFault> agent_faults(const Layout& layout, const std::string& program);

// An agent that runs on this host for another installation of the layout's suite, below another
// folder.
struct OtherAgent {
    std::string root; // "/" for the host itself
    std::int64_t pid = 0;
};
std::vector<OtherAgent> other_agents(const Layout& layout);

} // namespace locum::cluster
