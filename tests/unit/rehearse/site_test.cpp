// The end of all that a rehearsal has started.

#include "tests/unit/rehearse/site_processes.hpp"

using namespace locum;
using namespace locum::testing;
using platform::ProcessId;
using rehearse::Site;

TEST_CASE("site: a record that is damaged keeps nobody from ending the others, and is told") {
    const Scratch scratch;
    std::string folder;
    {
        Site site(scratch.path());
        folder = site.folder();
        const std::string damaged = site.layout("node-1", "small").state_file("agent.record");
        platform::make_folders(platform::parent_of(damaged));
        platform::write_file(damaged, "garbage\n", 0600);
        const ProcessId of_damaged = service(site, "node-1", "server");
        const ProcessId other = agent(site, "node-2");
        const ProcessId named = service(site, "node-2", "server");
        const ProcessId unnamed = service(site, "node-2", "balancer");
        platform::write_file(cluster::services_folder(site.layout("node-2", "small")) +
                                 "/balancer.json",
                             "garbage", 0600);
        const std::vector<std::string> left = site.end_nodes("small");
        REQUIRE(left.size() == 2);
        CHECK(left[0].starts_with("node-1: " + damaged + " is not the record of a process"));
        CHECK(left[1].starts_with("node-2: "));
        CHECK(contains(left[1], "balancer.json is not a service's record"));
        for (const ProcessId& process : {of_damaged, other, named, unnamed})
            CHECK(!platform::alive(process));
    }
    CHECK(!platform::exists(folder));
}
