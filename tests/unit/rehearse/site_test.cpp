// The end of all that a rehearsal has started: of its own, and of one that was killed.

#include "cluster/service_record.hpp"
#include "cluster/service_units.hpp"
#include "platform/process.hpp"
#include "rehearse/site.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using platform::ProcessId;
using rehearse::Site;

namespace {

ProcessId sleeper(const std::string& record) {
    platform::make_folders(platform::parent_of(record));
    platform::DetachedCommand command;
    command.argv = {"sleep", "600"};
    command.record_file = record;
    return platform::start_detached(command);
}

ProcessId agent(const Site& site, const std::string& node) {
    return sleeper(site.layout(node, "small").state_file("agent.record"));
}

ProcessId service(const Site& site, const std::string& node, const std::string& name) {
    const std::string folder = cluster::services_folder(site.layout(node, "small"));
    platform::make_folders(folder);
    cluster::ServiceRecord record;
    record.spec.name = name;
    record.spec.argv = {"sleep", "600"};
    cluster::store_service(folder, record);
    return sleeper(folder + "/" + name + ".record");
}

// What the work says, done by a process that is gone afterwards without having cleared up.
std::string killed(const std::function<std::string()>& work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const std::string said = work();
        const bool told = ::write(ends[1], said.data(), said.size()) > 0;
        ::_exit(told ? 0 : 1);
    }
    ::close(ends[1]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    std::string said(4096, '\0');
    said.resize(
        static_cast<std::size_t>(std::max<ssize_t>(0, ::read(ends[0], said.data(), said.size()))));
    ::close(ends[0]);
    return said;
}

// A rehearsal that was killed while an agent ran.
std::string abandoned(const std::string& parent, bool keep, ProcessId& runs) {
    std::string folder = killed([&] {
        auto site = std::make_unique<Site>(parent);
        if (keep)
            site->keep();
        agent(*site, "node-1");
        return site.release()->folder();
    });
    const auto found =
        platform::recorded(folder + "/node-1/var/lib/locum/small/agent.record", "sleep");
    REQUIRE(found);
    runs = *found;
    CHECK(platform::alive(runs));
    return folder;
}

} // namespace

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

TEST_CASE("site: what was left by one that was killed is ended and removed, what is owned is not") {
    const Scratch scratch;
    ProcessId first;
    ProcessId second;
    const std::string removed = abandoned(scratch.path(), false, first);
    const std::string kept = abandoned(scratch.path(), true, second);
    Site running(scratch.path());
    const ProcessId runs = agent(running, "node-1");
    platform::make_folders(scratch / "locum-rehearsal.new"); // is just being made
    const std::string foreign = scratch / "locum-rehearsal.foreign";
    platform::make_folders(foreign);
    platform::write_file(foreign + "/owned.json",
                         R"({"run": "/tmp/locum-run.x/../../etc", "keep": false})", 0600);

    std::vector<std::string> told = Site::clear_abandoned(scratch.path());
    REQUIRE(told.size() == 3);
    for (const std::string& line : told)
        if (line.starts_with(removed))
            CHECK(
                line.ends_with("its agents, services and database have ended, and it is removed"));
        else if (line.starts_with(kept))
            CHECK(line.ends_with("its agents, services and database have ended, and it is kept"));
        else
            CHECK(line.starts_with("warning: " + foreign + " is left of a rehearsal"));
    CHECK(!platform::alive(first));
    CHECK(!platform::alive(second));
    CHECK(platform::alive(runs));
    CHECK(!platform::exists(removed));
    CHECK(platform::exists(kept + "/node-1"));
    CHECK(platform::exists(running.folder() + "/node-1"));
    CHECK(platform::exists(scratch / "locum-rehearsal.new"));
    platform::remove_all(foreign);
    CHECK(Site::clear_abandoned(scratch.path()).empty());
}

TEST_CASE("site: what of one that was killed cannot be ended stays, and is told each time") {
    const Scratch scratch;
    ProcessId runs;
    const std::string folder = abandoned(scratch.path(), false, runs);
    const std::string record = folder + "/node-1/var/lib/locum/small/agent.record";
    const std::string whole = platform::read_file(record);
    platform::write_file(record, "garbage\n", 0600);
    for (int time = 0; time < 2; ++time) {
        const std::vector<std::string> told = Site::clear_abandoned(scratch.path());
        REQUIRE(told.size() == 1);
        CHECK(contains(told[0], "is not cleared: node-1: " + record + " is not the record of"));
    }
    CHECK(platform::alive(runs));
    platform::write_file(record, whole, 0600);
    CHECK(Site::clear_abandoned(scratch.path()).size() == 1);
    CHECK(!platform::alive(runs));
    CHECK(!platform::exists(folder));
}
