// Every operation that an agent knows, and from whom it takes it: what changes a node must be in
// the list of commands, whoever adds it.

#include "cli/operations.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace locum;
using cluster::Calls;

namespace {

std::set<std::string> that_are(Calls calls) {
    std::set<std::string> names;
    for (const auto& [name, operation] : cli::all_node_operations())
        if (operation.calls == calls)
            names.insert(name);
    return names;
}

} // namespace

TEST_CASE("operations: members ask questions, servers look and command") {
    CHECK(that_are(Calls::question) ==
          std::set<std::string>{"components", "facts", "members", "operation", "servers"});
    CHECK(that_are(Calls::look) ==
          std::set<std::string>{"balancer", "database", "datasource", "host", "probe", "reach"});
    CHECK(that_are(Calls::command) ==
          std::set<std::string>{"acknowledge", "balance", "configure", "copy", "exchange", "forget",
                                "forget-copy", "reload", "select", "stage", "start", "stop",
                                "switch", "use-datasource"});
}
