// One manifest for hosts of several systems, and what those of each see.

#include "engine/locum_version.hpp"
#include "suite/lint.hpp"
#include "suite/manifest_write.hpp"
#include "suite/systems.hpp"
#include "suite/topology.hpp"
#include "tests/unit/suite/lint_sample.hpp"
#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

namespace {

using Names = std::vector<std::string>;

const std::string on_both = "payload = { linux-x86_64 = \"payload/server\", windows-x86_64 = "
                            "\"payload/server.win\" }\n";

// A server for two systems, with a tool for Linux that comes with it, and pages for every system.
std::string mixed() {
    std::string text =
        replaced(valid, "payload = \"payload/server\"\n",
                 on_both + "packages = [\"libpq5\"]\n"
                           "[components.tool]\ntitle = \"Tool\"\nrole = \"console\"\n"
                           "with = \"server\"\npayload = { linux = \"payload/tool\" }\n"
                           "[components.pages]\ntitle = \"Pages\"\nrole = \"console\"\n"
                           "requires = [\"server\"]\npayload = \"payload/pages\"\n");
    text = replaced(text, "payload = \"payload/front\"", "payload = { linux = \"payload/front\" }");
    return replaced(text, "components = [\"server\"]",
                    "components = [\"server\", \"tool\", \"pages\", \"front\"]");
}

const std::string second_service = "[[services]]\nname = \"server\"\ncomponent = \"server\"\n"
                                   "systems = [\"windows\"]\nargv = [\"{component.dir}/win\"]\n";

// And a service, a config and a probe for each.
std::string all_differs() {
    std::string text = replaced(mixed(), "name = \"server\"\ncomponent = \"server\"\nargv",
                                "name = \"server\"\ncomponent = \"server\"\n"
                                "systems = [\"linux\"]\nargv");
    text = replaced(text, "template = \"server.in\"\n",
                    "template = \"server.in\"\nsystems = [\"linux-x86_64\"]\n");
    text = replaced(text, "name = \"up\"\n", "name = \"up\"\nsystems = [\"linux-x86_64\"]\n");
    return replaced(text, "[balancing]\n",
                    second_service +
                        "[[configs]]\ncomponent = \"server\"\ntemplate = \"win.in\"\n"
                        "to = \"{etc}/server.conf\"\nsystems = [\"windows-x86_64\"]\n"
                        "[[probes]]\ncomponent = \"server\"\nname = \"up\"\n"
                        "systems = [\"windows\"]\ntcp = \"{node.address}:{port.web}\"\n"
                        "[balancing]\n");
}

Manifest read(const std::string& text) {
    return parse_manifest(text, "s.toml");
}

std::string complaint_of(const std::string& from, const std::string& to) {
    const std::string said = complaint(replaced(mixed(), from, to));
    return said.substr(said.find("found") == std::string::npos ? 0 : said.find("found"));
}

} // namespace

TEST_CASE("words for systems") {
    CHECK(is_system("windows-x86_64"));
    CHECK_FALSE(is_system("windows"));
    CHECK(is_system_word("windows"));
    for (const char* text : {"", "Windows", "windows-", "-x86_64", "win dows", "linux_x86"})
        CHECK_FALSE_MESSAGE(is_system_word(text), text);
    CHECK(means("linux", "linux-aarch64"));
    CHECK(means("linux-x86_64", "linux-x86_64"));
    CHECK_FALSE(means("linux-x86_64", "linux-aarch64"));
    CHECK_FALSE(means("lin", "linux-x86_64"));
    CHECK(hold_on({}, "linux-x86_64"));
    CHECK_FALSE(hold_on({"windows"}, "linux-x86_64"));
    CHECK(overlap({"linux"}, {"windows", "linux-x86_64"}));
    CHECK(overlap({}, {"windows"}));
    CHECK_FALSE(overlap({"linux-aarch64"}, {"linux-x86_64"}));
}

TEST_CASE("one manifest, seen by hosts of two systems") {
    const Manifest whole = read(all_differs());
    CHECK(systems_of(whole) == Names{"linux", "linux-x86_64", "windows", "windows-x86_64"});
    const Manifest on_linux = for_system(whole, "linux-x86_64");
    const Manifest windows = for_system(whole, "windows-x86_64");
    CHECK(on_linux.component("server")->payload == "payload/server");
    CHECK(windows.component("server")->payload == "payload/server.win");
    CHECK(on_linux.component("server")->packages == Names{"libpq5"});
    CHECK(windows.component("server")->packages.empty()); // nobody there could say
    REQUIRE(windows.services.size() == 1);
    CHECK(windows.services[0].argv == Names{"{component.dir}/win"});
    CHECK(on_linux.services_of("server") == Names{"server"});
    REQUIRE(windows.configs.size() == 1);
    CHECK(windows.configs[0].template_file == "win.in");
    REQUIRE(windows.probes.size() == 1);
    CHECK(std::holds_alternative<TcpProbe>(windows.probes[0].how));
    CHECK(std::holds_alternative<HttpProbe>(on_linux.probes.at(0).how));
    // The cluster is one.
    CHECK(windows.components.size() == whole.components.size());
    CHECK(windows.ports.size() == whole.ports.size());
    CHECK(windows.topologies.size() == whole.topologies.size());
    CHECK(windows.balancing);
    CHECK(&whole_of(windows) != &windows);
    CHECK(whole_of(windows).services.size() == 2);
    // Of another one in turn, as a coordinator looks at its nodes.
    CHECK(for_system(windows, "linux-x86_64").services.at(0).argv == on_linux.services.at(0).argv);
    CHECK(suite::services_of(on_linux, "server", "windows-x86_64") == Names{"server"});
    CHECK(suite::services_of(windows, "server", "linux-aarch64").empty()); // no payload there
}

TEST_CASE("what a host of a system can have") {
    const Manifest whole = read(mixed());
    const auto offered = [&](const std::string& system) {
        const Manifest manifest = for_system(whole, system);
        Names names;
        for (const Component& component : manifest.components)
            if (is_offered(manifest, component.name))
                names.push_back(component.name);
        return names;
    };
    CHECK(offered("linux-x86_64") == Names{"server", "tool", "pages", "front"});
    CHECK(offered("windows-x86_64") == Names{"server", "pages"});
    CHECK(offered("linux-aarch64").empty()); // without the server beside them
    CHECK(is_offered(whole, "front"));
    CHECK(completed(for_system(whole, "linux-x86_64"), {"server"}) == Names{"server", "tool"});
    CHECK(completed(for_system(whole, "windows-x86_64"), {"server"}) == Names{"server"});
    CHECK(systems_text(*whole.component("server")) == "linux-x86_64, windows-x86_64");
    CHECK(systems_text(*whole.component("pages")) == "every system");
}

TEST_CASE("a manifest that tells no systems apart is the same for all") {
    const Manifest whole = read(valid);
    CHECK(systems_of(whole).empty());
    const Manifest windows = for_system(whole, "windows-x86_64");
    CHECK_FALSE(windows.whole);
    CHECK(is_offered(windows, "server"));
    CHECK(windows.services.size() == whole.services.size());
    CHECK(part_paths(windows) == part_paths(whole));
}

TEST_CASE("the narrower word for a payload counts") {
    const Manifest whole =
        read(replaced(valid, "payload = \"payload/server\"",
                      "payload = { linux = \"payload/any\", linux-aarch64 = \"payload/arm\" }"));
    const Component& server = *whole.component("server");
    CHECK(payload_name(server, "linux-aarch64") == "server.linux-aarch64");
    CHECK(payload_name(server, "linux-x86_64") == "server.linux");
    CHECK(payload_name(server, "windows-x86_64") == "");
    CHECK(for_system(whole, "linux-aarch64").component("server")->payload == "payload/arm");
}

TEST_CASE("a bundle has a part and a list of files for each system's payload") {
    const Manifest whole = read(mixed());
    const Names payloads = payloads_of(whole);
    CHECK(payloads == Names{"server.linux-x86_64", "server.windows-x86_64", "tool.linux", "pages",
                            "front.linux"});
    const std::string sum(64, 'a');
    std::vector<Part> parts;
    for (const std::string& path : part_paths(whole))
        parts.push_back({path, 5, sum});
    CHECK(std::count_if(parts.begin(), parts.end(), [](const Part& part) {
              return part.path == "payload/server.windows-x86_64.tar.zst";
          }) == 1);
    std::vector<File> files;
    for (const std::string& payload : payloads) {
        File file;
        file.component = payload;
        file.path = "of-" + payload;
        file.sha256 = sum;
        files.push_back(file);
    }
    const Manifest read_back = read(mixed() + written_parts(parts, payloads, files));
    CHECK(read_back.files.size() == 5);
    const Manifest windows = for_system(read_back, "windows-x86_64");
    REQUIRE(windows.files.size() == 2);
    CHECK(windows.files[0].component == "server");
    CHECK(windows.files[0].path == "of-server.windows-x86_64");
    CHECK(windows.files[1].component == "pages");
    CHECK(windows.parts.size() == parts.size()); // all of it is kept on the host
}

TEST_CASE("mistakes with systems") {
    CHECK(complaint(mixed()) == "accepted");
    CHECK(complaint(all_differs()) == "accepted");
    CHECK(complaint_of("linux-x86_64 =", "Linux =") ==
          "found 'Linux' in 'payload'; expected systems such as \"windows-x86_64\", or all of a "
          "kind such as \"linux\"");
    CHECK(complaint_of("{ linux = \"payload/tool\" }", "{ }") ==
          "found a payload for no system; expected a folder for one at least, such as "
          "windows-x86_64 = \"payload/windows\"");
    const std::string argv = "argv = [\"{component.dir}/run\"";
    CHECK(complaint_of(argv, "systems = []\n" + argv).find("found no system in 'systems'") == 0);
    CHECK(complaint_of(argv, "systems = [\"linux\", \"linux\"]\n" + argv) ==
          "found 'linux' in 'systems'; expected systems such as \"windows-x86_64\", or all of a "
          "kind such as \"linux\", each once");
    CHECK(complaint_of(argv, "systems = [\"macos\"]\n" + argv) ==
          "found 'macos' in 'systems', for which 'server' has no payload; expected one of "
          "linux-x86_64, windows-x86_64");
    // The same name, or file, twice on one system.
    CHECK(complaint_of("[balancing]\n", second_service + "[balancing]\n") ==
          "found a second service 'server'; expected a name that is not taken");
    CHECK(complaint_of("[balancing]\n",
                       "[[configs]]\ncomponent = \"server\"\ntemplate = \"w.in\"\n"
                       "to = \"{etc}/server.conf\"\nsystems = [\"windows\"]\n[balancing]\n") ==
          "found a second config to '{etc}/server.conf'; expected each file once");
    CHECK(complaint_of("[balancing]\n",
                       "[[probes]]\ncomponent = \"server\"\nname = \"up\"\n"
                       "systems = [\"windows\"]\ntcp = \"{node.address}:1\"\n[balancing]\n") ==
          "found a second probe of 'server' 'up'; expected a name that is not taken");
    CHECK(complaint_of(argv, "systems = [\"linux\"]\n" + argv) == "accepted");
}

TEST_CASE("the oldest Locum that a manifest names is looked at before keys that one may not know") {
    // Before any key is looked at that it may not know.
    const std::string newer = replaced(mixed(), "locum = \"0.1\"", "locum = \"99.0\"");
    try {
        parse_manifest(replaced(newer, "title = \"Server\"", "title = \"Server\"\nnew-key = 1"),
                       "s.toml");
        FAIL("accepted");
    } catch (const engine::Error& error) {
        CHECK(error.kind() == engine::Kind::refused);
        CHECK(std::string(error.what()) ==
              std::string("the manifest needs Locum 99.0 or newer; this is Locum ") +
                  engine::locum_version());
    }
}

namespace {

std::string told(const std::vector<Remark>& remarks) {
    std::string text;
    for (const Remark& remark : remarks)
        if (remark.finding.name != "postgresql-untried") // a note of every such suite
            text += (text.empty() ? "" : "\n") + remark.finding.name + ": " + remark.finding.found;
    return text;
}

const std::string server_payload = "payload = \"server\"\n";
const std::string two = "payload = { linux = \"server\", windows-x86_64 = \"win\" }\n";
const std::string front_on_linux = "payload = { linux = \"front\" }\n";

Source two_systems(lint_sample::Changes more = {}) {
    more.insert(more.begin(), {{server_payload, two},
                               {"payload = \"front\"\n", front_on_linux},
                               {"/usr/bin/ask", "{component.dir}/bin/ask"}});
    Source source = lint_sample::sample(more);
    File exe = lint_sample::program("server");
    exe.path += ".exe";
    exe.mode = 0644;
    source.payloads = {{"server.linux", {lint_sample::program("server")}},
                       {"server.windows-x86_64", {exe}},
                       {"front.linux", {lint_sample::program("front")}}};
    return source;
}

} // namespace

TEST_CASE("lint: a suite for two systems with which nothing is wrong") {
    CHECK(told(lint(two_systems(), {})) == "");
    CHECK(for_system(two_systems(), "windows-x86_64").payloads.size() == 1);
}

TEST_CASE("lint: each system's hosts by themselves") {
    Source source = two_systems();
    source.payloads["server.windows-x86_64"][0].path = "bin/other.exe";
    CHECK(told(lint(source, {})) ==
          "service-program-missing: no file 'bin/server' in the payload of 'server', which the "
          "service 'server' runs (on windows-x86_64)");
    source = two_systems();
    source.payloads["server.linux"].push_back(lint_sample::program("NUL"));
    source.payloads["server.linux"].back().path = "NUL";
    CHECK(told(lint(source, {})) == "");
    source.payloads["server.windows-x86_64"].push_back(source.payloads["server.linux"].back());
    CHECK(told(lint(source, {})).find("name-for-windows: 'NUL'") == 0);
    CHECK(told(lint(two_systems({{"{component.dir}/bin/server", "/usr/bin/server"}}), {}))
              .find("path-for-windows: the service 'server' runs /usr/bin/server, which is no path "
                    "of Windows (on windows-x86_64)") != std::string::npos);
    CHECK(told(lint(two_systems({{"{component.dir}/bin/ask", "/usr/bin/ask"}}), {})) ==
          "path-for-windows: the probe 'version' runs /usr/bin/ask, which is no path of Windows "
          "(on windows-x86_64)");
    const std::string service = "name = \"server\"\ncomponent = \"server\"\nargv";
    CHECK(told(lint(two_systems({{service, "name = \"server\"\ncomponent = \"server\"\n"
                                           "systems = [\"linux\"]\nargv"}}),
                    {})) ==
          "no-services: no service of 'server' (on windows-x86_64)\n"
          "system-without-service: no service of 'server' for windows-x86_64, and one for linux");
    // The line is that of the entry in the file, whatever else holds on the system.
    Source places = two_systems({{service, "name = \"old\"\ncomponent = \"server\"\n"
                                           "systems = [\"linux\"]\n"
                                           "argv = [\"{component.dir}/bin/server\"]\n"
                                           "user = \"sample\"\n[[services]]\n" +
                                               service}});
    places.payloads["server.windows-x86_64"].clear();
    const std::vector<Remark> remarks = lint(places, {});
    REQUIRE(remarks.size() == 3); // payload-empty before it, and postgresql-untried
    CHECK(remarks[1].finding.name == "service-program-missing");
    CHECK(remarks[1].at.line == 49);
}

TEST_CASE("lint: payloads that no host can use, and systems that a later version lost") {
    Source source = two_systems({{front_on_linux, "payload = { macos = \"front\" }\n"
                                                  "requires = [\"server\"]\n"}});
    CHECK(told(lint(source, {})).find("system-unreached: a payload of 'front' for macos") !=
          std::string::npos);
    // Not for all of Linux, but for some of it.
    CHECK(told(lint(two_systems({{"payload = { linux = \"server\"",
                                  "payload = { linux-x86_64 = \"server\""},
                                 {front_on_linux, front_on_linux + "requires = [\"server\"]\n"}}),
                    {}))
              .find("system-unreached") == std::string::npos);
    source = two_systems();
    source.manifest.program = Program{engine::Version::parse("0.1"), {{"linux-x86_64", "locum"}}};
    CHECK(told(lint(source, {})) == "system-without-program: no program for windows-x86_64, for "
                                    "which there are payloads");
    const Source older = two_systems({{"version = \"2.0\"", "version = \"1.9\""}});
    CHECK(told(lint_neighbours(older, lint_sample::sample())).find("system-gone") ==
          std::string::npos); // for every system
    const Source newer = two_systems({{two, "payload = { linux = \"server\" }\n"}});
    CHECK(
        told(lint_neighbours(older, newer))
            .find(
                "system-gone: no payload of 'server' for windows-x86_64, which version 1.9 has") !=
        std::string::npos);
}
