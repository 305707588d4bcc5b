// What a removal takes away at its very end is what it could not before, and nobody else's.

#include "tests/support/small_suite.hpp"
#include "upgrade/kept_by_names.hpp"

using namespace locum;
using namespace locum::testing;

TEST_CASE("a state folder that another installation makes after a removal stays") {
    const Scratch scratch;
    installer::InstalledNode node;
    node.layout = cluster::Layout{scratch / "root", "small"};
    const upgrade::KeptByNames kept = upgrade::kept_by_names(node, {node.layout.state()});
    CHECK(kept.folders.empty());
    CHECK(!kept.registry);
    platform::make_folders(node.layout.state());
    upgrade::remove_kept(kept, "small");
    CHECK(platform::exists(node.layout.state()));
}

TEST_CASE("a state folder that files kept goes where it is empty then, and fails nothing") {
    const Scratch scratch;
    installer::InstalledNode node;
    node.layout = cluster::Layout{scratch / "root", "small"};
    const std::string state = node.layout.state();
    platform::make_folders(state);
    const upgrade::KeptByNames kept = upgrade::kept_by_names(node, {state});
    SUBCASE("it is empty") {
        upgrade::remove_kept(kept, "small");
        CHECK(!platform::exists(state));
    }
    SUBCASE("it is not") {
        platform::write_file(state + "/theirs", "x", 0644);
        upgrade::remove_kept(kept, "small");
        CHECK(platform::exists(state + "/theirs"));
    }
    SUBCASE("it is no folder any more") {
        platform::remove_all(state);
        platform::write_file(state, "x", 0644);
        upgrade::remove_kept(kept, "small");
        CHECK(platform::exists(state));
    }
}
