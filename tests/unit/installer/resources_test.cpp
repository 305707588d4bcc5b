// The resources of an installed node: each damage is told by one of them, put right by its repair,
// and told no more. Here without an agent; those of services are in the trials.

#include "installer/inventory.hpp"
#include "installer/own_folders.hpp"
#include "installer/resources/configs.hpp"
#include "installer/verify.hpp"
#include "platform/tree.hpp"
#include "tests/support/site.hpp"

using namespace locum;
using namespace locum::testing;
using installer::Resource;
using installer::Verified;
using installer::resources::Purge;

namespace {

// A node whose agent was never started.
struct Installed : Site {
    Installed() : Site({"server", "balancer"}) { run_until("agent/start"); }

    installer::InstalledNode look(const installer::Hints& hints = {}) const {
        return installer::look_at_node(layout(), "/nowhere/locum", hints);
    }
    // "id found", a line each, but of what needs an agent.
    std::string told() const {
        const installer::InstalledNode node = look();
        const std::vector<Resource> resources = installer::inventory(node);
        std::string text;
        for (const Verified& one : installer::verify(resources)) {
            if (one.resource->id == "agent" || one.resource->id.starts_with("service/"))
                continue;
            for (const installer::Drift& drift : one.drifts) {
                text += fmt::format("{} {}{}\n", one.resource->id,
                                    drift.finding.severity == engine::Severity::warning ? "? " : "",
                                    drift.finding.found);
                CHECK(!drift.finding.expected.empty());
                CHECK(contains(drift.finding.remedy, "locum "));
            }
        }
        return text;
    }
    void repair(const std::string& id, const installer::Hints& hints = {}) const {
        const installer::InstalledNode node = look(hints);
        engine::SilentReporter silent;
        for (const Resource& resource : installer::inventory(node))
            if (resource.id == id)
                resource.repair(silent);
    }
    void remove_all(Purge purge) const {
        const installer::InstalledNode node = look();
        const std::vector<Resource> resources = installer::inventory(node, purge);
        engine::SilentReporter silent;
        for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource)
            if (resource->remove && resource->id != "agent" &&
                !resource->id.starts_with("service/")) {
                resource->remove(silent);
                CHECK_MESSAGE(!resource->there(), resource->id);
                resource->remove(silent); // as after a kill
            }
    }
    std::string in(const std::string& component, const std::string& path) const {
        return layout().component("1.0", component) + "/" + path;
    }
    std::string config() const { return layout().etc() + "/server.conf"; }
};

// What was damaged is told by this resource and no other, and is healed by it.
void check_healed(const Installed& site, const std::string& id, const std::string& told,
                  const std::string& before) {
    const std::string line = site.told();
    CHECK_MESSAGE(line.starts_with(id + " "), line);
    CHECK_MESSAGE(contains(line, told), line);
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    site.repair(id);
    CHECK(site.told() == "");
    CHECK(site.world() == before);
}

} // namespace

TEST_CASE("resources: an installation is as it was installed") {
    CHECK(Installed().told() == "");
}

TEST_CASE("resources: each damage is told by its resource, and healed by it") {
    Installed site;
    const std::string before = site.world();
    std::string id;
    std::string told;
    SUBCASE("a file is gone") {
        id = "files/server";
        platform::remove_all(site.in("server", "run"));
        told = site.in("server", "run") + " is missing";
    }
    SUBCASE("a file was changed, its size kept") {
        id = "files/server";
        platform::write_file(site.in("server", "data/words.txt"), "one\nowt\n", 0644);
        told = site.in("server", "data/words.txt") + " has SHA-256 ";
    }
    SUBCASE("a component is gone") {
        id = "files/balancer";
        platform::remove_all(site.layout().component("1.0", "balancer"));
        told = site.layout().component("1.0", "balancer") + " is missing";
    }
    SUBCASE("a folder is a link") {
        id = "files/server";
        platform::remove_all(site.in("server", "data"));
        platform::switch_link(site.in("server", "data"), "/etc");
        told = site.in("server", "data") + " is a link to /etc";
    }
    SUBCASE("the link of a component leads elsewhere") {
        id = "files/link-server";
        platform::switch_link(site.layout().current("server"), "/opt");
        told = site.layout().current("server") + " leads to /opt";
    }
    SUBCASE("a template was changed") {
        id = "files/about-1.0";
        platform::write_file(site.layout().version("1.0") + "/.suite/licence.txt", "x", 0644);
        told = "/.suite/licence.txt has another content";
    }
    SUBCASE("the manifest was changed") {
        id = "files/about-1.0";
        const std::string file = site.layout().version("1.0") + "/.suite/manifest.toml";
        platform::write_file(file, platform::read_file(file) + "\n", 0644);
        told = "/.suite/manifest.toml has another content";
    }
    SUBCASE("a configuration is gone") {
        id = "config/server";
        platform::remove_all(site.config());
        told = site.config() + " is missing";
    }
    SUBCASE("the folder of logs is gone") {
        id = "folder/logs";
        platform::remove_all(site.layout().logs());
        told = site.layout().logs() + ": nothing";
    }
    check_healed(site, id, told, before);
}

TEST_CASE(
    "resources: a right too many is told by its resource, and taken back (not shown by Wine)") {
    Installed site;
    const std::string before = site.world();
    std::string id;
    std::string told;
    SUBCASE("a file may be written by all") {
        id = "files/server";
        platform::set_mode(site.in("server", "run"), 0777);
        told = site.in("server", "run") + " has mode 0777";
    }
    SUBCASE("a configuration may be read by all") {
        id = "config/server";
        platform::set_mode(site.config(), 0644);
        told = site.config() + " has mode 0644";
    }
    SUBCASE("a key may be read by all") {
        id = "folder/state";
        platform::set_mode(site.layout().state_file("node.key"), 0644);
        told = site.layout().state_file("node.key") + " has mode 0644";
    }
    SUBCASE("the data may be read by all") {
        id = "folder/data";
        platform::set_mode(site.layout().data(), 0755);
        told = site.layout().data() + ": mode 0755";
    }
    check_healed(site, id, told, before);
}

TEST_CASE("resources: what nobody expects is set aside, not lost") {
    Installed site;
    platform::write_file(site.in("server", "data/mine.txt"), "mine", 0600);
    CHECK(
        contains(site.told(), "files/server " + site.in("server", "data/mine.txt") + " (a file)"));
    site.repair("files/server");
    CHECK(site.told() == "");
    CHECK(platform::read_file(site.layout().product() +
                              "/set-aside/versions/1.0/server/data/mine.txt") == "mine");
    platform::write_file(site.layout().version("1.0") + "/.suite/more.sql", "DROP", 0644);
    platform::make_folders(site.layout().version("1.0") + "/other");
    CHECK(contains(site.told(), "/.suite/more.sql"));
    CHECK(contains(site.told(), "/1.0/other"));
    site.repair("files/about-1.0");
    CHECK(site.told() == "");
}

TEST_CASE("resources: what a repair that was killed unpacked is told, and removed") {
    Installed site;
    const std::string before = site.world();
    platform::make_folders(site.layout().product() + "/restored-server/bin");
    CHECK(contains(site.told(), "files/server " + site.layout().product() + "/restored-server"));
    site.repair("files/server");
    CHECK(site.told() == "");
    CHECK(site.world() == before);
}

TEST_CASE("resources: an edited configuration is told without its content, and kept beside") {
    Installed site;
    const std::string before = platform::read_file(site.config());
    platform::write_file(site.config(), before + "password = very-secret-thing\n", 0600);
    const std::string told = site.told();
    CHECK(contains(told, "config/server " + site.config() + " has another content, from line "));
    CHECK(!contains(told, "very-secret-thing"));
    CHECK(!contains(told, "listen"));
    site.repair("config/server");
    CHECK(site.told() == "");
    CHECK(platform::read_file(site.config()) == before);
    CHECK(contains(platform::read_file(site.config() + ".before-repair"), "very-secret-thing"));
    CHECK(platform::has_mode(permissions(site.config() + ".before-repair"), 0600));
}

TEST_CASE("resources: keys that are lost are told, and nothing pretends to mend them") {
    Installed site;
    platform::remove_all(site.layout().state_file("ca.key.sealed"));
    CHECK(contains(site.told(), "identity the key that admits nodes: "));
    const installer::InstalledNode node = site.look();
    for (const Resource& resource : installer::inventory(node))
        if (resource.id == "identity")
            CHECK(!resource.repair);
}

TEST_CASE(
    "resources: without the kept bundle files are compared still, and restored from a given one") {
    Installed site;
    platform::remove_all(site.layout().state_file("bundles"));
    platform::remove_all(site.in("server", "run"));
    CHECK(contains(site.told(), "files/about-1.0 ? no bundle of version 1.0 in "));
    CHECK(contains(site.told(), "files/server " + site.in("server", "run") + " is missing"));
    const engine::Error error = error_of([&] { site.repair("files/server"); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.remedy(), "locum repair BUNDLE --root " + site.root()));
    site.repair("files/server", {{}, site.installation().bundle.file()});
    CHECK(!contains(site.told(), "files/server"));
}

TEST_CASE("resources: another bundle of this version is refused") {
    Installed site;
    const std::string other = site.vendor().build("1.0", {{"licence.txt", "Another one.\n"}});
    const engine::Error error = error_of([&] { site.look({{}, other}); });
    CHECK(error.kind() == engine::Kind::refused);
    CHECK(contains(error.what(), "installed here is 1.0 with manifest "));
}

TEST_CASE("resources: a damaged kept bundle restores nothing") {
    Installed site;
    const std::string kept =
        installer::kept_bundle(site.layout(), site.installation().bundle.manifest_sha256());
    std::string bytes = platform::read_file(kept);
    bytes[bytes.size() / 2] ^= 1;
    platform::write_file(kept, bytes, 0600);
    platform::remove_all(site.in("server", "run"));
    const std::string before = site.world();
    CHECK(error_of([&] { site.repair("files/server"); }).kind() == engine::Kind::not_trusted);
    CHECK(site.world() == before);
}

TEST_CASE("resources: removed with everything, the host is as before, to the last folder") {
    Installed site;
    site.remove_all(Purge::yes);
    const cluster::Layout& layout = site.layout();
    for (const std::string& folder :
         {layout.product(), layout.etc(), layout.run(), layout.data(), layout.logs()})
        CHECK_MESSAGE(!platform::exists(platform::parent_of(folder)), folder);
    CHECK(!platform::exists(layout.state()));
    // Site makes the folders above the state itself, so an installation did not.
    CHECK(platform::list_folder(site.root()).size() == 1);
}

TEST_CASE("resources: removed, data, logs and what others put there stay") {
    Installed site;
    platform::write_file(site.layout().data() + "/rows", "data", 0600);
    platform::write_file(site.layout().logs() + "/server.log", "log", 0600);
    platform::write_file(site.layout().etc() + "/tls.pem", "theirs", 0600);
    const installer::InstalledNode node = site.look();
    CHECK(installer::resources::beside_configs(node) ==
          std::vector<std::string>{site.layout().etc() + "/tls.pem"});
    site.remove_all(Purge::no);
    CHECK(platform::read_file(site.layout().data() + "/rows") == "data");
    CHECK(platform::read_file(site.layout().logs() + "/server.log") == "log");
    CHECK(platform::list_folder(site.layout().etc()) == std::vector<std::string>{"tls.pem"});
    CHECK(!platform::exists(site.layout().product()));
    CHECK(!platform::exists(site.layout().state()));
}

TEST_CASE("resources: a configuration that was there before the installation is back") {
    Site site;
    platform::make_folders(site.layout().etc());
    platform::write_file(site.layout().etc() + "/server.conf", "theirs", 0640);
    site.run_until("agent/start");
    const installer::InstalledNode node = installer::look_at_node(site.layout(), "/nowhere/locum");
    engine::SilentReporter silent;
    const Resource configs = installer::resources::component_configs(node, "server");
    const std::string config = site.layout().etc() + "/server.conf";
    for (const char* of_a_kill : {".fresh", ".candidate"})
        platform::write_file(config + of_a_kill, "secret", 0600);
    CHECK(configs.there());
    configs.remove(silent);
    for (int run = 0; run < 2; ++run) { // again, as after a kill
        CHECK(!configs.there());
        CHECK(platform::read_file(config) == "theirs");
        CHECK(platform::has_mode(permissions(config), 0640));
        configs.remove(silent);
    }
    CHECK(platform::list_folder(site.layout().etc()) == std::vector<std::string>{"server.conf"});
}

TEST_CASE("resources: killed between the note and the rename, the original is put back still") {
    Site site;
    platform::make_folders(site.layout().etc());
    const std::string config = site.layout().etc() + "/server.conf";
    platform::write_file(config, "theirs", 0640);
    site.run_until("agent/start");
    const installer::InstalledNode node = installer::look_at_node(site.layout(), "/nowhere/locum");
    platform::write_file(site.layout().state_file(installer::resources::restored_originals),
                         "[\"" + config + "\"]", 0600);
    const Resource configs = installer::resources::component_configs(node, "server");
    CHECK(configs.there());
    engine::SilentReporter silent;
    configs.remove(silent);
    CHECK(platform::read_file(config) == "theirs");
}

TEST_CASE("resources: what others put beside the configurations stays, also with --purge") {
    Installed site;
    const std::string theirs = site.layout().etc() + "/tls.pem";
    platform::write_file(theirs, "theirs", 0600);
    const std::vector<std::string> left =
        installer::resources::left_behind(site.look(), Purge::yes);
    CHECK(std::find(left.begin(), left.end(), "not Locum's: " + theirs) != left.end());
    site.remove_all(Purge::yes);
    CHECK(platform::read_file(theirs) == "theirs");
    CHECK(platform::list_folder(site.layout().etc()) == std::vector<std::string>{"tls.pem"});
}

TEST_CASE("installed node: one that left knows it, and so does one whose name is another's") {
    Installed site;
    const installer::InstalledNode node = site.look();
    CHECK(!node.cluster.not_member);
    SUBCASE("it kept that it left") {
        installer::keep_left(site.layout(), node.state);
        CHECK(site.look().cluster.not_member);
        cluster::NodeState later = node.state;
        later.installation_id = "the one after";
        CHECK(!installer::has_left(site.layout(), later));
    }
    SUBCASE("its name is another installation's") {
        cluster::NodeState state = node.state;
        state.installation_id = "the one before";
        cluster::store_node_state(site.layout(), state);
        CHECK(site.look().cluster.not_member);
        CHECK(site.look().cluster.why_not == "");
    }
}

TEST_CASE("own folders: a data folder of the operator's stays, also with --purge") {
    Installed site;
    const std::string theirs = site.folder() + "/theirs";
    platform::make_folders(theirs);
    platform::write_file(theirs + "/rows", "data", 0600);
    cluster::NodeState state = cluster::load_node_state(site.layout());
    state.data_folder = theirs;
    cluster::store_node_state(site.layout(), state);
    CHECK(!installer::is_ours(site.layout(), theirs));
    site.remove_all(Purge::yes);
    CHECK(platform::read_file(theirs + "/rows") == "data");
}
