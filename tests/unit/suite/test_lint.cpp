// What `bundle lint` says of a manifest, its texts and payloads: every finding, each made by one
// change of a suite with none.

#include "tests/unit/suite/lint_sample.hpp"

using namespace lint_sample;

TEST_CASE("lint: the sample and the version before it are without findings") {
    CHECK(findings(sample()) == "");
    CHECK(findings(sample_before()) == "");
    CHECK(told(suite::lint_neighbours(sample_before(), sample())) == "");
}

TEST_CASE("lint: probes that would not notice a wrong schema or version") {
    CHECK(findings_with({{"[[probes]]\ncomponent = \"front\"\nname = \"front\"\n"
                          "tcp = \"{node.address}:{port.front}\"\n",
                          ""},
                         {"front\", \"{etc}/front.conf", "front\", \"{port.front}"}}) ==
          "suite.toml:21 warning component-unprobed");
    // The one that proves the version may know it without the database.
    suite::Source source = sample({{"body = \"blue 2.0\"\n", ""}});
    CHECK(findings(source) == "suite.toml:54 warning probe-reads-nothing");
    source.manifest.probes[0].how = suite::TcpProbe{"{node.address}:{port.device}"};
    CHECK(findings(source) == "suite.toml:54 warning probe-reads-nothing");
    source.manifest.probes[0].how = suite::Command{{"/bin/ask", "{port.device}"}, ""};
    CHECK(findings(source) == "suite.toml:54 warning probe-reads-nothing");
    source.manifest.probes[0].how = suite::Command{{"/bin/ask", "{port.device}"}, "blue"};
    CHECK(findings(source) == "");
    source.manifest.services[0].argv.push_back("{port.device}");
    source.manifest.probes[0].how = suite::SqlProbe{"SELECT colour FROM thing", ""};
    CHECK(findings(source) == "");
    // The same on every schema.
    source.manifest.probes[0].how = suite::SqlProbe{"SELECT 1", "1"};
    CHECK(findings(source) == "suite.toml:54 warning probe-reads-nothing");
    // Nobody told them where the server is.
    for (const char* program : {"/bin/echo", "{component.dir}/bin/check"}) {
        source.manifest.probes[0].how = suite::Command{{program, "yes"}, "yes"};
        CHECK(findings(source) == "suite.toml:54 warning probe-reads-nothing");
    }
    source.manifest.probes[0].how = suite::Command{{"/bin/ask", "{etc}/server.conf"}, "yes"};
    CHECK(findings(source) == "");

    const Changes unproven = {{"proves = \"version\"\n", ""}};
    CHECK(findings_with(unproven) ==
          "suite.toml:54 note version-unproven"); // it expects the version
    CHECK(findings_with(
              {unproven[0], {"blue 2.0", "blue"}, {"output = \"2.0\"", "output = \"two\""}}) ==
          "suite.toml:54 warning version-unproven");
}

TEST_CASE("lint: ports that meet on a host") {
    // Without `when` both are 30001 where server and front are on one host.
    CHECK(findings_with({{"{ when = \"front\", port = 30002 }, ", ""}}) ==
          "suite.toml:29 warning port-clash");
    // No topology has both: they never meet.
    CHECK(findings_with({{"{ when = \"front\", port = 30002 }, ", ""},
                         {"[\"server\", \"front\"]", "[\"front\"]"}}) == "");
    suite::Source source = sample({{"{ when = \"front\", port = 30002 }, ", ""}});
    source.manifest.ports[0].tcp = false;
    source.manifest.ports[0].udp = true;
    CHECK(findings(source) == ""); // UDP beside TCP
    source.manifest.ports[1].udp = true;
    CHECK(findings(source) == "suite.toml:29 warning port-clash");
    // Two of one component.
    source = sample({{"[[configs]]", "[[ports]]\nname = \"more\"\ncomponent = \"server\"\n"
                                     "choices = [{ port = 30002 }]\n[[configs]]"},
                     {"{port.device}", "{port.device}{port.more}"}});
    CHECK(findings(source) == "suite.toml:33 warning port-clash");
}

TEST_CASE("lint: ports that texts name by their number") {
    // Of the server, named by the front: in a template, and in the manifest.
    suite::Source source = sample();
    source.texts["front.conf.in"] += "\nadmin 127.0.0.1:30002\nlog 127.0.0.1:30002\n";
    CHECK(findings(source) == "front.conf.in:5 warning port-clash");
    const std::string front = "\"{component.dir}/bin/front\"";
    for (const char* address : {"localhost", "0.0.0.0", "[::1]", "*", "{node.address}"})
        CHECK(findings_with({{front, front + ", \"" + address + ":30002\""}}) ==
              "suite.toml:21 warning port-clash");
    // Another host's, another number, its own, and what is no port.
    for (const char* text : {"10.0.0.9:30002", "updates.example.org:30002", "127.0.0.1:300",
                             "127.0.0.1:30001", "127.0.0.1:30002x", "127.0.0.1:300021", "a:30002"})
        CHECK(findings_with({{front, front + ", \"" + text + "\""}}) == "");
    // Never on one host.
    CHECK(findings_with({{front, front + ", \"127.0.0.1:30002\""},
                         {"[\"server\", \"front\"]", "[\"front\"]"}}) == "");
    // Declared by neither.
    source = sample();
    source.texts["front.conf.in"] += "\nstatistics 127.0.0.1:9000\n";
    CHECK(findings(source) == "");
    source.texts["server.conf.in"] += "statistics localhost:9000\n";
    CHECK(findings(source) == "front.conf.in:5 warning port-clash");
    // Of the agent, which is on each host.
    source = sample();
    source.manifest.ports[0].choices[0].port = 61616;
    CHECK(findings(source) == "suite.toml:25 warning port-clash");
    source.manifest.ports[0].tcp = false;
    source.manifest.ports[0].udp = true;
    CHECK(findings(source) == "");
}

TEST_CASE("lint: small ports and unused ones") {
    suite::Source source = sample({{"port = 30001 }]", "port = 80 }]"}});
    CHECK(findings(source) == "suite.toml:25 warning port-privileged");
    source.manifest.services[0].capabilities = {"net-bind-service"};
    CHECK(findings(source) == "");
    CHECK(findings_with({{"{port.device}", "30001"}}) == "suite.toml:25 warning port-unused");
    source = sample({{"{port.device}", "30001"}});
    source.texts["front.conf.in"] += "{for server in servers}{server.port.device}{end}";
    CHECK(findings(source) == "");
}

TEST_CASE("lint: ports of components that need not be on the host") {
    const Changes named = {
        {"\"{component.dir}/bin/front\"", "\"{component.dir}/bin/front\", \"{port.device}\""}};
    CHECK(findings_with(named) == "suite.toml:21 warning port-elsewhere");
    CHECK(findings_with(
              {named[0],
               {"payload = \"front\"", "payload = \"front\"\nrequires = [\"server\"]"}}) == "");
    // A server's own; and one that it has with a balancer beside it only. Each is told once.
    suite::Source source = sample();
    source.texts["front.conf.in"] +=
        "{for server in servers}{server.port.device}{server.port.front}{server.port.front}{end}";
    CHECK(findings(source) == "suite.toml:17 warning port-elsewhere");
}

TEST_CASE("lint: configs that others can read") {
    CHECK(findings_with({{"mode = \"0600\"", "mode = \"0604\""}}) ==
          "suite.toml:33 warning config-readable");
    CHECK(findings_with({{"mode = \"0600\"", "mode = \"0640\""}}) == "");
    suite::Source source = sample();
    source.texts["front.conf.in"] += "{secret.console}";
    source.manifest.configs[1].mode = 0644;
    CHECK(findings(source) == "suite.toml:38 warning config-readable");
}

TEST_CASE("lint: configs that do not tell a server or a balancer what it has to know") {
    suite::Source source = sample();
    source.texts["server.conf.in"] = "file {datasource.file}\n";
    CHECK(findings(source) == "suite.toml:17 note mode-unused");
    source.texts["server.conf.in"] = "mode {node.mode}\n";
    CHECK(findings(source) == "suite.toml:17 warning datasource-unused");
    // A probe that asks where the database is tells the server nothing.
    source.manifest.probes[0].how = suite::Command{{"{port.device}", "{datasource.file}"}, "blue"};
    CHECK(findings(source) == "suite.toml:17 warning datasource-unused");
    source = sample();
    source.texts["front.conf.in"] = "{for server in servers}server {server.name}{end}\n";
    CHECK(findings(source) == "suite.toml:38 warning balancer-ignores-out");
    CHECK(findings_with({{"check = [\"/usr/bin/front\", \"--check\", \"{file}\"]\n", ""}}) ==
          "suite.toml:38 warning config-unchecked");
}

TEST_CASE("lint: services whose program cannot run") {
    CHECK(findings_with({{"\"{component.dir}/bin/front\"", "\"front\""}}) ==
          "suite.toml:48 warning service-program");
    suite::Source source = sample({{"{component.dir}/bin/front", "/usr/bin/front"}});
    CHECK(findings(source) == "suite.toml:48 note host-program");
    source.manifest.components[1].packages = {"front"};
    CHECK(findings(source) == "");
    CHECK(findings_with({{"dir}/bin/front", "dir}/bin/other"}}) ==
          "suite.toml:48 error service-program-missing");
    source = sample();
    source.payloads["front"][0].mode = 0644;
    CHECK(findings(source) == "suite.toml:48 error service-program-mode");
    source.payloads["front"][0].type = suite::File::Type::symlink;
    CHECK(findings(source) == "");
    source.payloads.erase("front"); // not to be read: `bundle build` says so
    CHECK(findings(source) == "");
    CHECK(findings_with({{"user = \"sample\"\n", ""}}) == "suite.toml:43 note service-user");
}

TEST_CASE("lint: names that Windows cannot have, in a suite that has a program for it") {
    suite::Source source = sample();
    const std::vector<suite::File> usual = source.payloads["front"];
    const auto with = [&](const std::string& path, suite::File::Type type) {
        suite::File file;
        file.path = path;
        file.type = type;
        source.payloads["front"].push_back(file);
    };
    const auto regular = suite::File::Type::regular;
    with("share/NUL.txt", regular);
    with("Readme", regular);
    with("README", regular);
    CHECK(findings(source) == "");
    source.manifest.program = suite::Program{{}, {{"windows-x86_64", "locum.exe"}}};
    CHECK(findings(source) == "suite.toml:21 error name-for-windows\n"
                              "suite.toml:21 error names-differ-by-case");
    source.payloads["front"] = usual;
    with("lib/link", suite::File::Type::symlink);
    CHECK(findings(source) == "suite.toml:21 warning link-for-windows");
    source.payloads["front"] = usual;
    CHECK(findings(source) == "");
}

TEST_CASE("lint: components and texts") {
    CHECK(findings_with({{"[[ports]]", "[components.tool]\ntitle = \"T\"\nrole = \"console\"\n"
                                       "payload = \"tool\"\n[[ports]]"}}) ==
          "suite.toml:25 note no-services\nsuite.toml:25 warning in-no-topology");
    suite::Source source = sample({{"[\"server\", \"front\"]", "[\"server\", \"front\", \"tool\"]"},
                                   {"[[ports]]", "[components.tool]\ntitle = \"T\"\nrole = "
                                                 "\"console\"\npayload = \"tool\"\n[[ports]]"}});
    source.payloads["tool"] = {};
    CHECK(findings(source) ==
          "suite.toml:25 note no-services\nsuite.toml:25 warning payload-empty");
    source = sample();
    source.writable = {"server/bin/server"};
    CHECK(findings(source) == "server/bin/server:0 warning payload-writable");
    source = sample();
    source.missing_programs = {{"linux-x86_64", "bin/locum"}};
    CHECK(findings(source) == "suite.toml:1 error program-missing");

    CHECK(findings_with({{"licence = \"licence.txt\"\n", ""}}) ==
          "suite.toml:3 note licence-missing");
    CHECK(findings_with({{"information = \"information.txt\"\n", ""}}) ==
          "suite.toml:3 note information-missing");
    source = sample();
    source.texts["licence.txt"] = " \n";
    CHECK(findings(source) == "licence.txt:0 warning licence-empty");
}
