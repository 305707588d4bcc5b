#pragma once
// An agent comes to run from another of the programs that are on its host (cluster/program.hpp).
// The services go on.

#include "cluster/layout.hpp"

#include <string>

namespace locum::cluster {

// Stands for the program that the agent ran from before a bundle brought one.
inline constexpr const char* no_program = "none";

struct AgentExchange {
    std::string to;   // version; "": the program from elsewhere
    std::string from; // that the agent ran from when it was begun; likewise
    std::string
        elsewhere;     // path of the program that the agent ran from before a bundle brought one
    std::string fault; // why it was put back; empty: it was not
};
AgentExchange last_exchange(const Layout& layout);

// In an agent: has it done by a process that outlives it. Returns at once; the agent gets SIGTERM
// soon.
void begin_exchange(const Layout& layout, const std::string& version);
// Does it: tries the program, switches the link, restarts the agent, waits until it answers as that
// version. Where it does not, the one before is put back. Throws Error.
void exchange_agent(const Layout& layout, const std::string& version);
// What a person types on the host for that.
std::string exchange_command(const Layout& layout, const std::string& version);

} // namespace locum::cluster
