// A node leaves by a server's word, and not beside what others decide at the same time.

#include "cluster/admission.hpp"
#include "cluster/lease.hpp"
#include "cluster/operations.hpp"
#include "tests/support/site.hpp"

#include <future>

using namespace locum;
using namespace locum::testing;

TEST_CASE("leaving: an operation that begins meanwhile is waited for, and counts") {
    Site site;
    site.run_until("files/config-server");
    cluster::Store store(*site.installation().facts.datasource, "small");
    cluster::NodeRow row;
    row.name = "node-2";
    row.installation = "i2";
    cluster::Registry(store).add_node(row);

    std::future<void> leaving;
    store.transaction([&] {
        cluster::lock_lease(store.connection(), store.prefix());
        leaving = std::async(std::launch::async, [&] {
            cluster::leave(site.layout(), "node-2",
                           R"({"unless-busy": true, "installation": "i2"})");
        });
        // It has looked by now, or waits for the lease's row.
        leaving.wait_for(std::chrono::seconds(1));
        cluster::Operation upgrade;
        upgrade.id = "upgrade-1";
        upgrade.kind = "upgrade";
        cluster::Operations(store).begin(upgrade);
    });
    CHECK(error_of([&] { leaving.get(); }).kind() == engine::Kind::busy);
    CHECK_NOTHROW(cluster::Registry(store).node("node-2"));
}
