// The steps that put files on the host keep the contract of steps, and do what they say.

#include "installer/installed_node.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

using namespace locum;
using namespace locum::testing;

namespace {

std::string promises_broken_by(Site& site, const std::string& id) {
    return broken_promises({[&] { return site.step(id); }, [&] { return site.world(); }});
}

} // namespace

TEST_CASE("files/folders keeps the contract, and leaves no folder above behind") {
    Site site;
    CHECK(promises_broken_by(site, "files/folders") == "");
}

TEST_CASE("files/folders: what was there stays, with what is in it") {
    Site site;
    const std::string etc = site.layout().etc();
    platform::make_folders(etc);
    platform::write_file(etc + "/kept.conf", "kept", 0600);
    CHECK(promises_broken_by(site, "files/folders") == "");
    CHECK(platform::read_file(etc + "/kept.conf") == "kept");
}

TEST_CASE("files/folders: the undo leaves a folder above that somebody else uses by now") {
    Site site;
    const std::string other = platform::parent_of(site.layout().etc()) + "/other.conf";
    engine::Plan plan;
    plan.add(site.step("files/folders"), engine::OnFailure::stop);
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    const engine::Run run{"o", 0, "", nullptr};
    engine::run(plan, run, journal, silent);
    platform::write_file(other, "theirs", 0600);
    engine::roll_back(plan, run, journal, silent);
    CHECK(platform::read_file(other) == "theirs");
    CHECK(!platform::exists(site.layout().etc()));
    CHECK(!platform::exists(site.layout().product()));
}

TEST_CASE("files/folders: the undo leaves logs, which say why it was needed, and no other file") {
    Site site;
    engine::Plan plan;
    plan.add(site.step("files/folders"), engine::OnFailure::stop);
    engine::MemoryJournal journal;
    engine::SilentReporter silent;
    const engine::Run run{"o", 0, "", nullptr};
    engine::run(plan, run, journal, silent);
    for (const std::string& folder : {site.layout().logs(), site.layout().data()})
        platform::write_file(folder + "/some.log", "why", 0600);
    engine::roll_back(plan, run, journal, silent);
    CHECK(platform::read_file(site.layout().logs() + "/some.log") == "why");
    CHECK(!platform::exists(site.layout().data()));
    CHECK(!platform::exists(site.layout().product()));
}

TEST_CASE("files/folders: only we can look into them") {
    Site site;
    site.run_until("files/unpack");
    for (const std::string& folder :
         {site.layout().etc(), site.layout().data(), site.layout().logs()})
        CHECK(platform::has_mode(permissions(folder), 0750));
    CHECK(platform::has_mode(permissions(site.layout().product()), 0755));
}

TEST_CASE("files/unpack keeps the contract") {
    Site site({"server", "balancer"});
    site.run_until("files/unpack");
    CHECK(promises_broken_by(site, "files/unpack") == "");
}

TEST_CASE("files/unpack: the components as they were packed, and what the bundle says of them") {
    Site site({"server"});
    site.run_until("files/link-server");
    const std::string folder = site.layout().component("1.0", "server");
    CHECK(platform::read_file(folder + "/data/words.txt") == "one\ntwo\n");
    CHECK(platform::has_mode(permissions(folder + "/run"), 0755));
    if (has_links())
        CHECK(platform::read_link(folder + "/start") == "run");
    CHECK(platform::read_file(site.layout().version("1.0") + "/.suite/licence.txt") ==
          "Do what you like.\n");
    CHECK(!platform::exists(site.layout().component("1.0", "balancer"))); // not selected
}

TEST_CASE("files/bundle keeps the contract, and the bundle") {
    Site site;
    CHECK(promises_broken_by(site, "files/bundle") == "");
    site.run_until("files/link-server");
    const std::string kept =
        installer::kept_bundle(site.layout(), site.installation().bundle.manifest_sha256());
    CHECK(platform::read_file(kept) == platform::read_file(site.installation().bundle.file()));
    CHECK(platform::has_mode(permissions(kept), 0600));
}

TEST_CASE("files/unpack: begun and killed half way, it is made whole") {
    Site site({"server", "balancer"});
    site.run_until("files/unpack");
    // What a kill leaves: one component, and the stage of the other.
    site.installation().bundle.unpack("server", site.layout().component("1.0", "server"));
    platform::make_folders(site.layout().component("1.0", "balancer") + ".stage/half");
    CHECK(!site.step("files/unpack").probe());
    site.run_until("files/link-server");
    CHECK(platform::exists(site.layout().component("1.0", "balancer") + "/run"));
    CHECK(!platform::exists(site.layout().component("1.0", "balancer") + ".stage"));
    CHECK(site.step("files/unpack").probe());
}

TEST_CASE("files/unpack: another bundle of the same version is refused, and nothing is touched") {
    Site site;
    site.run_until("files/link-server");
    const std::string manifest = site.layout().version("1.0") + "/.suite/manifest.toml";
    platform::write_file(manifest, platform::read_file(manifest) + "# another\n", 0644);
    engine::SilentReporter silent;
    const engine::Error error = error_of([&] { site.step("files/unpack").apply(silent); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), site.installation().bundle.manifest_sha256()));
    CHECK(!error.remedy().empty());
}

TEST_CASE("files/link keeps the contract, whatever the link points to before") {
    for (const char* before : {"", "/somewhere/else"}) {
        Site site;
        site.run_until("files/link-server");
        if (*before)
            platform::switch_link(site.layout().current("server"), before);
        CHECK(promises_broken_by(site, "files/link-server") == "");
        CHECK(platform::read_link(site.layout().current("server")) == before);
    }
}

TEST_CASE("files/config keeps the contract, whether there is a config before or not") {
    for (bool before : {false, true}) {
        CAPTURE(before);
        Site site;
        site.run_until("files/config-server");
        const std::string file = site.layout().etc() + "/server.conf";
        if (before)
            platform::write_file(file, "listen = elsewhere\n", 0600);
        CHECK(promises_broken_by(site, "files/config-server") == "");
        CHECK(platform::exists(file) == before);
    }
}

TEST_CASE("files/config: what it writes, for us alone") {
    Site site;
    site.run_until("agent/start");
    const std::string file = site.layout().etc() + "/server.conf";
    CHECK(platform::has_mode(permissions(file), 0600));
    CHECK(platform::read_file(file) == fmt::format("node = node-1 normal\n"
                                                   "listen = 127.0.0.1:30001\n"
                                                   "snapshot = 0\n"
                                                   "file = {}/small.sqlite\n",
                                                   site.layout().data()));
}
