// Which of the programs on a host is whose.

#include "cluster/program.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Layout;

TEST_CASE("program: a link to elsewhere is none of a version") {
    const Scratch scratch;
    const Layout layout{scratch.path(), "small"};
    platform::make_folders(layout.programs() + "/0.2.0/deeper");
    platform::make_folders(layout.product() + "/current");
    const std::string link = layout.current("locum");
    platform::switch_link(link, layout.programs() + "/0.2.0/deeper");
    CHECK(cluster::linked_program(layout).empty());
    platform::switch_link(link, scratch.path());
    CHECK(cluster::linked_program(layout).empty());
    // One that has gone is the version that is missing.
    platform::switch_link(link, layout.programs() + "/0.3.0");
    CHECK(cluster::linked_program(layout) == "0.3.0");
}
