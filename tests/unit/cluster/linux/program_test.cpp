// Which of the programs on a host is whose, by links on the way to it, which Windows has not.

#include "cluster/program.hpp"
#include "platform/host.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::Layout;

namespace {

// "bin" of "/build/bin/unit-cluster": this test's program, taken for the one of a version.
const std::string folder = platform::parent_of(platform::this_program());
const std::string version = folder.substr(folder.rfind('/') + 1);

} // namespace

TEST_CASE("program: the versions that run and are linked are found behind links") {
    const Scratch scratch;
    const Layout layout{scratch.path(), "small"};
    CHECK(cluster::running_program(layout).empty());
    platform::make_folders(layout.product());
    platform::switch_link(layout.programs(), platform::parent_of(folder));
    CHECK(cluster::running_program(layout) == version);
    CHECK(cluster::linked_program(layout).empty());
    cluster::link_program(layout, version);
    CHECK(cluster::linked_program(layout) == version);

    // The same host by another path to it.
    const Scratch other;
    platform::switch_link(other / "root", scratch.path());
    const Layout by_link{other / "root", "small"};
    CHECK(cluster::running_program(by_link) == version);
    CHECK(cluster::linked_program(by_link) == version);
}
