// What the host shows of a node: shortcuts by the manifest, and the entry in the list of installed
// programs.

#include "installer/inventory.hpp"
#include "installer/repair.hpp"
#include "installer/shown.hpp"
#include "installer/steps/shown.hpp"
#include "tests/support/site.hpp"
#include "tests/support/step_contract.hpp"

#include <nlohmann/json.hpp>

using namespace locum;
using namespace locum::installer;
using namespace locum::testing;
using platform::AppsListEntry;
using platform::Shortcut;

namespace {

const std::string shortcuts = R"([[shortcuts]]
name = "web"
component = "server"
title = "Small web"
url = "http://{node.address}:{port.device}/"
[[shortcuts]]
name = "tool"
component = "server"
title = "Small tool"
program = "{component.dir}/run"
arguments = ["--config", "{etc}/server.conf"]
[[shortcuts]]
name = "balancer"
component = "balancer"
title = "Balancer"
program = "{component.dir}/run"
)";

std::string toml() {
    const std::string text = small_suite_toml("1.0");
    const std::size_t at = text.find("[[services]]");
    return text.substr(0, at) + shortcuts + text.substr(at);
}

struct Notes : engine::Reporter {
    std::string notes;
    void step(std::string_view, std::string_view, engine::Progress, std::string_view) override {}
    void work(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {}
    void note(std::string_view text) override { notes += std::string(text) + "\n"; }
};

struct Shown : Site {
    Shown() : Site({"server"}, {{"suite.toml", toml()}}) { run_until("agent/start"); }

    // As the manifest has them.
    Shortcut shortcut(const std::string& name) const {
        Shortcut made{"small", "Small", name, "Small " + name};
        if (name == "web") {
            made.url = "http://127.0.0.1:30001/";
            return made;
        }
        made.program = layout().component("1.0", "server") + "/run";
        made.arguments = {"--config", layout().etc() + "/server.conf"};
        return made;
    }
    std::string menu(const std::string& name) const {
        return platform::shortcut_files(shortcut(name), root()).at(0);
    }
    // What the resource tells, a line each.
    std::string told() const {
        std::string text;
        with_resource([&](const Resource& resource) {
            for (const Drift& drift : resource.drift())
                text += drift.finding.found + "\n";
        });
        return text;
    }
    void repair() const {
        engine::SilentReporter silent;
        with_resource([&](const Resource& resource) { resource.repair(silent); });
    }
    void with_resource(const std::function<void(const Resource&)>& act) const {
        const InstalledNode node = look_at_node(layout(), "/nowhere/locum");
        for (const Resource& resource : inventory(node))
            if (resource.id == "shortcuts")
                act(resource);
    }
};

} // namespace

TEST_CASE("shortcuts: of the node's components, with its variables") {
    Shown site;
    CHECK(platform::list_folder(platform::parent_of(site.menu("web"))).size() == 2);
    for (const char* name : {"tool", "web"})
        CHECK(platform::shortcut_fault(site.menu(name), site.shortcut(name)) == "");
    CHECK(site.told() == "");
}

TEST_CASE("shortcuts: what differs is told, put right and taken away") {
    Shown site;
    SUBCASE("one is gone") {
        platform::remove_all(site.menu("web"));
        CHECK(site.told() == site.menu("web") + " is missing\n");
    }
    SUBCASE("one was changed") {
        platform::write_file(site.menu("tool"), "x", 0644);
        CHECK(site.told().starts_with(site.menu("tool") + " "));
    }
    SUBCASE("what was made is not known any more") {
        platform::remove_all(site.layout().state_file("shortcuts.json"));
        CHECK(contains(site.told(), " is not noted as Locum's"));
    }
    SUBCASE("the record is damaged") {
        platform::write_file(site.layout().state_file("shortcuts.json"), "{", 0600);
        CHECK(contains(site.told(), " is not noted as Locum's"));
    }
    SUBCASE("the record is of another kind") {
        platform::write_file(site.layout().state_file("shortcuts.json"), "[1]", 0600);
        CHECK(contains(site.told(), " is not noted as Locum's"));
    }
    site.repair();
    CHECK(site.told() == "");
    const std::string foreign = platform::parent_of(site.menu("web")) + "/vendor.desktop";
    platform::write_file(foreign, "x", 0644);
    engine::SilentReporter silent;
    site.with_resource([&](const Resource& resource) {
        CHECK(resource.there());
        resource.remove(silent);
        CHECK(!resource.there());
        resource.remove(silent);
    });
    CHECK(platform::list_folder(platform::parent_of(foreign)) ==
          std::vector<std::string>{"vendor.desktop"});
}

TEST_CASE("shortcuts: those of the next version take the place of those before") {
    Shown site;
    Shortcut one{"small", "Small", "tool", "Small tool", platform::absolute("/new/run")};
    const std::vector<ShortcutFault> faults = shortcut_faults(site.layout(), {one});
    REQUIRE(faults.size() == 2);
    CHECK(faults[0].found.starts_with(site.menu("tool") + " "));
    CHECK(faults[1].found == site.menu("web") + " is there");
    make_shortcuts(site.layout(), {one});
    CHECK(!platform::exists(site.menu("web")));
    CHECK(shortcut_faults(site.layout(), {one}).empty());
    // By node.json and the links again, as after an upgrade was taken back.
    show_on_host(site.layout());
    CHECK(site.told() == "");
}

TEST_CASE("shortcuts: somebody else's file of the name is told, and stays as it is") {
    Shown site;
    engine::Step step = site.step("shown");
    std::get<engine::Undo>(step.undo).run("");
    platform::make_folders(platform::parent_of(site.menu("tool")));
    platform::write_file(site.menu("tool"), "theirs", 0644);
    Notes reporter;
    step.apply(reporter);
    CHECK(contains(reporter.notes, site.menu("tool") + " is there, and not Locum's"));
    CHECK(contains(reporter.notes, "try: move " + site.menu("tool") + " away"));
    CHECK(platform::exists(site.menu("web"))); // the others are made
    CHECK(site.told() == site.menu("tool") + " is there, and not Locum's\n");
    site.with_resource([](const Resource& resource) {
        CHECK(contains(resource.drift().at(0).finding.remedy, "locum repair"));
    });
    engine::SilentReporter silent;
    site.with_resource([&](const Resource& resource) { resource.remove(silent); });
    CHECK(!platform::exists(site.menu("web")));
    CHECK(platform::read_file(site.menu("tool")) == "theirs");
    platform::remove_all(site.menu("tool"));
    step.apply(silent);
    CHECK(site.told() == "");
}

TEST_CASE("shortcuts: somebody else's file keeps nothing else from being put right") {
    Shown site;
    make_shortcuts(site.layout(), {site.shortcut("web")}); // the other one is not Locum's any more
    platform::write_file(site.menu("tool"), "theirs", 0644);
    const InstalledNode node = look_at_node(site.layout(), "/nowhere/locum");
    const std::vector<Resource> all = inventory(node);
    const auto verified = [&all] {
        std::vector<Verified> found = verify(all);
        std::erase_if(found, [](const Verified& one) { return one.resource->id != "shortcuts"; });
        return found;
    };
    CHECK(!verified().at(0).differs());
    CHECK(verified().at(0).drifts.at(0).foreign);

    platform::remove_all(site.menu("web"));
    CHECK(verified().at(0).differs());
    std::vector<Verified> found = verified();
    const engine::Plan plan = repair_plan(node, found);
    REQUIRE(plan.steps.size() == 1);
    Notes reporter;
    repair(lock_for_repair(site.layout()), node, plan, {}, reporter);
    CHECK(contains(reporter.notes, "warning: " + site.menu("tool") + " is there, and not Locum's"));
    CHECK(platform::shortcut_fault(site.menu("web"), site.shortcut("web")) == "");
    CHECK(platform::read_file(site.menu("tool")) == "theirs");
    CHECK(!verified().at(0).differs());
    CHECK(repair_plan(node, verified()).steps.empty());
}

TEST_CASE("shortcuts: of a damaged record, the suite's own are known by what is in them") {
    Shown site;
    // As an older version had them.
    Shortcut tool = site.shortcut("tool");
    tool.program = site.layout().component("0.9", "server") + "/run";
    Shortcut web = site.shortcut("web");
    web.url = "http://127.0.0.1:1/";
    make_shortcuts(site.layout(), {tool, web});
    platform::write_file(site.layout().state_file("shortcuts.json"), "{", 0600);
    CHECK(!contains(site.told(), "not Locum's"));
    SUBCASE("they are made anew") {
        site.repair();
        CHECK(site.told() == "");
        make_shortcuts(site.layout(), {});
    }
    SUBCASE("they are removed") {
        engine::SilentReporter silent;
        site.with_resource([&](const Resource& resource) {
            CHECK(resource.there());
            resource.remove(silent);
            CHECK(!resource.there());
        });
    }
    CHECK(!platform::exists(site.menu("tool")));
    CHECK(!platform::exists(site.menu("web")));
    CHECK(!has_shortcuts(site.layout()));
}

TEST_CASE("shortcuts: folders go with them where they were made for them, and others stay") {
    Shown site;
    const std::string menu = platform::parent_of(site.menu("web"));
    const std::string above = platform::parent_of(menu);
    make_shortcuts(site.layout(), {});
    CHECK(!platform::exists(above)); // below a root nobody else has it
    platform::make_folders(menu);    // by whoever
    show_on_host(site.layout());
    CHECK(site.told() == "");
    make_shortcuts(site.layout(), {});
    CHECK(platform::exists(menu));
    CHECK(platform::list_folder(menu).empty());
    platform::remove_all(menu);
    show_on_host(site.layout());
    make_shortcuts(site.layout(), {});
    CHECK(platform::exists(above));
    CHECK(!platform::exists(menu));
}

TEST_CASE("shortcuts: a record from before the folders were noted is one") {
    Shown site;
    const nlohmann::json files = {site.menu("tool"), site.menu("web")};
    platform::write_file(site.layout().state_file("shortcuts.json"), files.dump(), 0600);
    CHECK(site.told() == "");
    make_shortcuts(site.layout(), {});
    CHECK(!platform::exists(site.menu("web")));
}

TEST_CASE("shortcuts: of a tree that was moved, files go alone") {
    Shown site;
    const testing::Scratch before;
    platform::make_folders(before / "menu");
    platform::write_file(before / "menu/one", "x", 0644);
    const nlohmann::json record = {{"files", {before / "menu/one"}},
                                   {"folders", {before / "menu"}}};
    platform::write_file(site.layout().state_file("shortcuts.json"), record.dump(), 0600);
    make_shortcuts(site.layout(), {});
    CHECK(!platform::exists(before / "menu/one"));
    CHECK(platform::exists(before / "menu"));
}

TEST_CASE("shortcuts: the step of an installation keeps the contract of steps") {
    Shown site;
    engine::Step step = site.step("shown");
    CHECK(step.says == "make the shortcuts in the host's menus");
    std::get<engine::Undo>(step.undo).run("");
    CHECK(!platform::exists(site.menu("web")));
    CHECK(!has_shortcuts(site.layout()));
    engine::SilentReporter silent;
    step.apply(silent);
    CHECK(site.told() == "");
    CHECK_THROWS(Site().step("shown")); // a suite without shortcuts has no such step
}

TEST_CASE("shortcuts: a menu's folder has a name that a file can have") {
    CHECK(menu_folder("Endpoint Manager") == "Endpoint Manager");
    CHECK(menu_folder("A/B: C?") == "A-B- C-");
    CHECK(menu_folder("Suite ...") == "Suite");
    CHECK(menu_folder("...") == "");
}

TEST_CASE("apps list: commands name the program in quotes, and the quiet one asks nothing") {
    cluster::NodeState node;
    node.name = "node 1";
    node.version = "1.0";
    const cluster::Layout layout{"", "small"};
    const AppsListEntry entry = apps_list_entry_of(
        layout, node, "Small", "C:/Program Files/small/locum/0.9/locum.exe", "C:/state/a b.bundle");
    CHECK(entry.title == "Small");
    CHECK(entry.version == "1.0");
    CHECK(entry.publisher == "Small");
    CHECK(entry.uninstall ==
          "\"C:\\Program Files\\small\\locum\\0.9\\locum.exe\" uninstall --suite small "
          "--with-locum --as-administrator");
    CHECK(entry.quiet_uninstall == "\"C:\\Program Files\\small\\locum\\0.9\\locum.exe\" uninstall "
                                   "--suite small --with-locum --confirm \"node 1\" --quiet");
    CHECK(entry.modify ==
          "\"C:\\Program Files\\small\\locum\\0.9\\locum.exe\" install \"C:\\state\\a b.bundle\" "
          "--as-administrator");
    CHECK(apps_list_entry_of(layout, node, "Small", "C:/locum.exe", "").uninstall ==
          "\"C:\\locum.exe\" uninstall --suite small --with-locum --as-administrator");
    CHECK(apps_list_entry_of(layout, node, "Small", "C:/locum.exe", "").modify == "");
}

TEST_CASE("apps list: what differs is named, size and date do not count") {
    const AppsListEntry wanted{"S", "1", "V", "i", "f", "20260101", 5, "m", "u", "q"};
    AppsListEntry found = wanted;
    found.date = "20270101";
    found.kilobytes = 6;
    CHECK(apps_list_differences(found, wanted).empty());
    found.version = "2";
    found.quiet_uninstall = "";
    CHECK(apps_list_differences(found, wanted) ==
          std::vector<std::string>{"version", "command to uninstall quietly"});
    // Below a folder there is no host whose list could be meant.
    CHECK(!apps_list_used(cluster::Layout{"/x", "small"}));
}
