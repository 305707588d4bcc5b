// Services that are ended at once, by recorded calls of the service manager: what goes wrong with
// one does not let another run on.
#include "cluster/service_end.hpp"

#include "cluster/service_unit.hpp"
#include "cluster/service_units.hpp"
#include "platform/files.hpp"
#include "platform/process.hpp"
#include "tests/support/scratch.hpp"

#include <algorithm>

using namespace locum;
using namespace locum::testing;
using Lines = std::vector<std::string>;

namespace {

struct Units {
    Scratch scratch;
    // Of this process: no host has units of that name.
    cluster::Layout layout{scratch.path(), "unit-" + std::to_string(platform::self().pid)};
    std::string folder = cluster::services_folder(layout);
    Lines asked;
    std::string fails; // what is asked so
    bool wanted_when_killed = false;

    explicit Units(const Lines& names = {"a", "b"}) {
        platform::make_folders(folder, 0700);
        for (const std::string& name : names)
            add(name);
    }
    void add(const std::string& name) const {
        cluster::ServiceRecord record;
        record.spec.name = name;
        record.spec.argv = {"x"};
        record.spec.by_hand = true; // nobody starts it at boot
        record.wanted = true;
        cluster::store_service(folder, record);
    }
    bool any_wanted() const {
        const auto all = cluster::load_services(folder);
        return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.wanted; });
    }
    void ask(const std::string& what, const std::string& unit) {
        std::string name;
        for (const cluster::ServiceRecord& record : cluster::load_services(folder))
            if (unit == cluster::service_unit_name(layout.suite, record.spec.name))
                name = record.spec.name;
        asked.push_back(what + " " + name);
        if (!fails.empty() && asked.back().starts_with(fails))
            throw engine::Error(asked.back() + " fails", engine::Kind::no_privilege)
                .remedy("do " + asked.back());
    }
    cluster::UnitCalls calls() {
        return {[](const std::string&) { return true; },
                [this](const std::string& unit) {
                    wanted_when_killed = wanted_when_killed || any_wanted();
                    ask("kill", unit);
                },
                [this](const std::string& unit, std::chrono::milliseconds) { ask("stop", unit); }};
    }
};

} // namespace

TEST_CASE("service end: all are killed and stopped, and none is wanted before the first is") {
    Units units;
    engine::Failures failures;
    CHECK(cluster::kill_services(units.layout, failures, units.calls()) == Lines{"a", "b"});
    CHECK(units.asked == Lines{"kill a", "stop a", "kill b", "stop b"});
    CHECK(!units.wanted_when_killed);
    CHECK(!units.any_wanted());
    CHECK_NOTHROW(failures.raise());
}

TEST_CASE("service end: what cannot be put back after one was killed lets no other run on") {
    Units units;
    units.fails = "kill";
    engine::Failures failures;
    CHECK(cluster::kill_services(units.layout, failures, units.calls()) == Lines{"a", "b"});
    CHECK(units.asked == Lines{"kill a", "stop a", "kill b", "stop b"});
    const engine::Error error = error_of([&] { failures.raise(); });
    CHECK(std::string(error.what()) == "kill a fails; kill b fails");
    CHECK(error.remedy() == "do kill a; do kill b");
    CHECK(error.kind() == engine::Kind::no_privilege);
}

TEST_CASE("service end: one that does not stop is not among those that did") {
    Units units;
    units.fails = "stop a";
    engine::Failures failures;
    CHECK(cluster::kill_services(units.layout, failures, units.calls()) == Lines{"b"});
    CHECK(std::string(error_of([&] { failures.raise(); }).what()) == "stop a fails");
}

TEST_CASE("service units: one that is stopped at once is not wanted before it is killed, and it is "
          "stopped whatever the killing said") {
    Units units({"a"});
    units.fails = "kill";
    cluster::ServiceUnits services(
        units.layout, "locum", [](const cluster::ServiceSpec&) { return std::nullopt; },
        units.calls());
    const engine::Error error = error_of([&] { services.stop("a", cluster::Stop::at_once); });
    CHECK(std::string(error.what()) == "kill a fails");
    CHECK(units.asked == Lines{"kill a", "kill a", "stop a"});
    CHECK(!units.wanted_when_killed);
    CHECK(!units.any_wanted());
    units.asked.clear();
    units.fails = "";
    services.stop("a");
    CHECK(units.asked == Lines{"stop a"});
}
