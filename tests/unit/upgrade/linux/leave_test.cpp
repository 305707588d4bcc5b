// Taking a node out of its cluster, where the host does not let it.

#include "tests/support/findings.hpp"
#include "tests/support/small_suite.hpp"
#include "upgrade/steps/leave.hpp"

using namespace locum;
using namespace locum::testing;
namespace steps = upgrade::steps;

TEST_CASE("the end of a cluster tells why its registry's file cannot be removed") {
    const Scratch scratch;
    installer::InstalledNode node;
    node.layout = cluster::Layout{scratch / "root", "small"};
    node.state.suite = "small";
    node.datasource.emplace();
    node.datasource->file = scratch / std::string(300, 'x'); // longer than a name can be
    engine::SilentReporter silent;
    const engine::Error error = error_of([&] { steps::end_cluster(node).apply(silent); });
    CHECK(contains(error.what(), "cannot remove "));
    CHECK(contains(error.what(), ".registry"));
    CHECK(!steps::left_empty_registry(*node.datasource, "small"));
}
