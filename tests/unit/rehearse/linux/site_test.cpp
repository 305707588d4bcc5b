// What a rehearsal that was killed has left, by a fork that is killed.

#include "tests/unit/rehearse/site_processes.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

using namespace locum;
using namespace locum::testing;
using platform::ProcessId;
using rehearse::Site;

namespace {

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
