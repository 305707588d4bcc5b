#include "tests/unit/suite/manifest_errors.hpp"

using namespace locum;
using namespace locum::suite;
using namespace locum::suite::testing;

TEST_CASE("what is not TOML, and keys said twice") {
    // The text in brackets is the library's.
    for (const auto& [to, place] :
         {std::pair{"title = S", "s.toml:5:9: found what is not TOML ("},
          std::pair{"title = \"S\"\ntitle = \"T\"", "s.toml:6:9: found what is not TOML ("}}) {
        const std::string found = complaint(Case{"title = \"S\"", to, ""});
        CHECK(found.find(place) == 0);
        CHECK(found.find("); expected a TOML document") != std::string::npos);
    }
}

TEST_CASE("keys that are unknown, missing or of another type") {
    check({
        {"[suite]", "extra = 1\n[suite]",
         "3:1: found the unknown key 'extra'; expected one of format, locum, suite, compatibility, "
         "components, topologies, requirements, advice, secrets, host-files, outgoing, shortcuts, "
         "ports, "
         "configs, services, probes, "
         "balancing, database, program, via, parts"},
        {"title = \"S\"", "title = \"S\"\ntilte = \"T\"",
         "6:1: found the unknown key 'tilte' in [suite]; expected one of name, title, version, "
         "schema, "
         "licence, information"},
        {"payload = \"payload/server\"", "payload = \"payload/server\"\nmemory = 3",
         "19:1: found the unknown key 'memory' in [components.server]; expected one of title, "
         "role, payload, "
         "requires, cluster-requires, with, memory-mb, disk-mb, recommended-memory-mb, "
         "recommended-cores, packages"},
        {"signal = \"TERM\"", "sig = \"TERM\"",
         "38:10: found the unknown key 'sig' in [services.stop]; expected one of signal, "
         "timeout-s"},
        {"http = ", "body = \"x\"\ntcp = ",
         "42:1: found the unknown key 'body' in [probes]; expected one of name, component, "
         "systems, timeout-s, proves, http, tcp, command, sql"},
        {"title = \"S\"\n", "", "3:1: found no such key in [suite]; expected the key 'title'"},
        {"format = 1\n", "", "1:1: found no such key; expected the key 'format'"},
        {"title = \"S\"", "title = 3",
         "5:9: found a number for 'title'; expected a text in quotes"},
        {"format = 1", "format = \"1\"",
         "1:10: found a text for 'format'; expected a whole number from 1 to 2147483647"},
        {"format = 1", "format = 0",
         "1:10: found 0 for 'format'; expected a whole number from 1 to 2147483647"},
        {"format = 1", "format = 1.5",
         "1:10: found a number with a fraction for 'format'; expected a whole number from 1 to "
         "2147483647"},
        {"[\"server\"] }", "\"server\" }",
         "14:37: found a text for 'components'; expected an array of texts"},
        {"[\"server\"] }", "[1] }",
         "14:38: found a number for 'components'; expected an array of texts"},
        {"one = {", "two = 2\none = {", "14:7: found a number for 'two'; expected a table"},
        {"[[configs]]", "[configs]",
         "28:1: found a table for 'configs'; expected an array of tables"},
    });
}

TEST_CASE("values that are out of range or not among the choices") {
    check({
        {"version = \"2.0\"", "version = \"two\"",
         "6:11: found 'two' for 'version'; expected one to four numbers separated by dots, such as "
         "\"2.0\""},
        {"\"works\"", "\"maybe\"",
         "11:28: found 'maybe' for 'old-binary-on-new-schema'; expected one of works, breaks"},
        {"role = \"server\"", "role = \"chief\"",
         "17:8: found 'chief' for 'role'; expected one of server, balancer, console, mirror"},
        {"port = 80 ", "port = 65536 ",
         "27:52: found 65536 for 'port'; expected a whole number from 1 to 65535"},
        {"\"0600\"", "\"600\"",
         "32:8: found '600' for 'mode'; expected a mode of four octal digits such as \"0640\", "
         "without "
         "setuid, setgid and sticky"},
        {"\"0600\"", "\"4755\"",
         "32:8: found '4755' for 'mode'; expected a mode of four octal digits such as \"0640\", "
         "without "
         "setuid, setgid and sticky"},
        {"\"TERM\"", "\"STOP\"",
         "38:19: found 'STOP' for 'signal'; expected one of TERM, INT, QUIT, HUP, USR1, USR2, "
         "KILL"},
        {"timeout-s = 10", "timeout-s = 0",
         "38:39: found 0 for 'timeout-s'; expected a whole number from 1 to 3600"},
        {"\"haproxy\"", "\"nginx\"",
         "46:10: found 'nginx' for 'driver'; expected one of haproxy, command"},
        {"licence.txt", "../licence.txt",
         "8:11: found the path '../licence.txt', which leaves its folder for 'licence'; expected a "
         "path below "
         "the suite's folder"},
        {"\"server.in\"", "\"signatures\"",
         "30:12: found the path 'signatures'; expected a path that the bundle does not need "
         "itself"},
        {"\"server.in\"", "\"payload/server.tar.zst\"",
         "30:12: found the path 'payload/server.tar.zst'; expected a path that the bundle does not "
         "need "
         "itself"},
        {"argv = [\"{component.dir}/run\", \"{port.web}\"]", "argv = []",
         "33:1: found the service 'server' without a program in 'argv'; expected the program and "
         "its arguments"},
        {"http = ", "tcp = \"x:1\"\nhttp = ",
         "39:1: found the probe 'up' with both of 'http' and 'tcp'; expected exactly one of "
         "http, tcp, command, sql"},
        {"when = \"front\", ", "",
         "27:27: found a choice after one that always holds; expected the choice without 'when' "
         "last"},
        {", { port = 80 }]", "]",
         "24:1: found the port 'web' without a choice that always holds; expected a last choice "
         "without "
         "'when'"},
    });
}

TEST_CASE("names: their form, twice the same, and references that lead nowhere") {
    check({
        {"name = \"s\"", "name = \"S s\"",
         "4:8: found the suite name 'S s'; expected a-z, 0-9 and single dashes between them, at "
         "most 48"},
        {"name = \"web\"", "name = \"-web\"",
         "25:8: found the port name '-web'; expected a-z, 0-9 and single dashes between them, at "
         "most 48"},
        {"[[configs]]",
         "[[ports]]\nname = \"web\"\ncomponent = \"server\"\nchoices = [{ port = 1 }]\n[[configs]]",
         "29:8: found a second port 'web'; expected a name that is not taken"},
        {"[balancing]",
         "[[probes]]\nname = \"up\"\ncomponent = \"server\"\ntcp = \"x:1\"\n[balancing]",
         "44:8: found a second probe of 'server' 'up'; expected a name that is not taken"},
        {"[[services]]",
         "[[configs]]\ncomponent = \"front\"\ntemplate = \"x\"\nto = "
         "\"{etc}/server.conf\"\n[[services]]",
         "33:1: found a second config to '{etc}/server.conf'; expected each file once"},
        {"components = [\"server\"]", "components = [\"server\", \"sever\"]",
         "14:48: found the component 'sever', which does not exist; expected one of server, front"},
        {"requires = [\"server\"]", "requires = [\"database\"]",
         "22:13: found the component 'database', which does not exist; expected one of server, "
         "front"},
        {"when = \"front\"", "when = \"back\"",
         "27:21: found the component 'back', which does not exist; expected one of server, front"},
        {"component = \"server\"\ntemplate", "component = \"sever\"\ntemplate",
         "29:13: found the component 'sever', which does not exist; expected one of server, front"},
        {"component = \"server\"\nargv", "component = \"sever\"\nargv",
         "35:13: found the component 'sever', which does not exist; expected one of server, front"},
        {"component = \"server\"\nname", "component = \"sever\"\nname",
         "40:13: found the component 'sever', which does not exist; expected one of server, front"},
        {"component = \"front\"", "component = \"server\"",
         "44:13: found the component 'server' of role server; expected one of role balancer"},
        {"role = \"server\"", "role = \"server\"\nrequires = [\"front\"]",
         "15:13: found the component 'server', which requires itself in the end; expected "
         "requirements "
         "without a circle"},
        {"role = \"server\"", "role = \"server\"\nrequires = [\"server\"]",
         "15:13: found the component 'server', which requires itself in the end; expected "
         "requirements "
         "without a circle"},
        {"[\"seen\"]", "[\"seen\", \"seen\"]",
         "51:23: found 'seen' in 'node-local'; expected tables, each once"},
    });
}

TEST_CASE("variables in texts are known") {
    const std::string host =
        "one of data, etc, run, log, component.dir, suite.version, node.name, node.address, "
        "node.mode, node.address.bare, ";
    const std::string on_host = host + "port.NAME";
    const std::string known =
        host + "copy.snapshot_ms, datasource, datasource.host, datasource.port, "
               "datasource.database, datasource.user, datasource.password, datasource.file, "
               "port.NAME";
    check({
        {"{etc}/server.conf", "{etcc}/server.conf",
         "31:6: found the unknown variable 'etcc'; expected " + known},
        {"{component.dir}/run", "{component}/run",
         "36:9: found the unknown variable 'component'; expected " + on_host},
        {"{port.web}\"]", "{port.wbe}\"]",
         "36:32: found the port 'wbe', which does not exist; expected one of web"},
        {"\"UTC\"", "\"{tz}\"", "37:22: found the unknown variable 'tz'; expected " + on_host},
        {"{node.address}:", "{node.addr}:",
         "42:8: found the unknown variable 'node.addr'; expected " + known},
        {"\"UTC\"", "\"{datasource.password}\"",
         "37:22: found the password in '{datasource.password}', where others see it; expected it "
         "in "
         "templates only"},
        {"{run}/s", "{run/s",
         "47:10: found the text '{run/s', in which braces do not match; expected variables as "
         "{name}, "
         "braces as {{ and }}"},
        {"{run}/s", "{for x in servers}{end}",
         "47:10: found the list 'servers' in '{for x in servers}{end}'; expected lists in "
         "templates only"},
    });
}

TEST_CASE("the datasource and the copy: where texts are made anew for another one only") {
    const std::string expected = ", which is not made anew when the database is another one; "
                                 "expected it in templates, 'to', 'check', probes and commands of "
                                 "migrations only";
    check({
        {"{port.web}\"]", "{datasource.file}\"]",
         "36:32: found the variable 'datasource.file' in '{datasource.file}'" + expected},
        {"\"UTC\"", "\"{datasource}\"",
         "37:22: found the variable 'datasource' in '{datasource}'" + expected},
        {"{run}/s", "{copy.snapshot_ms}",
         "47:10: found the variable 'copy.snapshot_ms' in '{copy.snapshot_ms}'" + expected},
        {"stop = {", "reload = { command = [\"x\", \"{datasource.host}\"] }\nstop = {",
         "38:28: found the variable 'datasource.host' in '{datasource.host}'" + expected},
        {"stop = {", "reload = { command = [\"x\"], output = \"{datasource.host}\" }\nstop = {",
         "38:38: found the variable 'datasource.host' in '{datasource.host}'" + expected},
    });
    for (const auto& [from, to] :
         {std::pair{"{etc}/server.conf", "{etc}/{datasource}.conf"},
          std::pair{"mode = \"0600\"", "check = [\"x\", \"{file}\", \"{datasource.file}\"]"},
          std::pair{"{port.web}/", "{port.web}/{copy.snapshot_ms}"},
          std::pair{"file = \"2.sql\"",
                    "run = [{ command = [\"x\"], output = \"{datasource.file}\" }]"}})
        CHECK_MESSAGE(complaint(Case{from, to, ""}) == "accepted", to);
}

TEST_CASE("ports of components that can be on the same host only") {
    // The front has a port too; the server's service is told it.
    const auto told = [](const std::string& topology, const std::string& from,
                         const std::string& to) {
        std::string text = valid;
        for (const auto& [before, after] :
             {std::pair{std::string("components = [\"server\"]"), topology},
              std::pair{std::string("[[configs]]"),
                        std::string("[[ports]]\nname = \"in\"\ncomponent = \"front\"\n"
                                    "choices = [{ port = 82 }]\n[[configs]]")},
              std::pair{from, to}})
            text.replace(text.find(before), before.size(), after);
        return complaint(text);
    };
    const std::string alone = "components = [\"server\"]";
    const std::string both = "components = [\"server\", \"front\"]";
    CHECK(told(alone, "{run}/s", "{port.web}") == "accepted"); // the front requires the server
    CHECK(told(both, "{port.web}\"]", "{port.in}\"]") == "accepted");
    CHECK(told(alone, "{port.web}\"]", "{port.in}\"]") ==
          "s.toml:40:32: found the port 'in' of 'front', which no topology has beside 'server'; "
          "expected one of web");
}

TEST_CASE("migrations lead to the suite's schema") {
    check({
        {"    { to = \"1\", file = \"1.sql\" },\n", "",
         "52:1: found no migrations of sqlite from nothing to schema 2; expected a first migration "
         "without "
         "'from', and steps from it to the suite's schema"},
        {"upgrades-from = [\"1\"]", "upgrades-from = [\"1\", \"0\"]",
         "52:1: found no migrations of sqlite from schema 0 to 2; expected steps from each schema "
         "of "
         "'upgrades-from' to the suite's schema"},
        {"schema = \"2\"", "schema = \"3\"",
         "52:1: found no migrations of sqlite from nothing to schema 3; expected a first migration "
         "without "
         "'from', and steps from it to the suite's schema"},
        {"from = \"1\", to = \"2\"", "from = \"2\", to = \"2\"",
         "57:24: found a migration from '2' to '2'; expected another schema version"},
        {"    { to = \"1\"", "    { to = \"1\", file = \"0.sql\" },\n    { to = \"1\"",
         "57:5: found a second migration from '' to '1'; expected one for each step"},
        {"v = $1", "v = ?",
         "54:18: found a 'version-record' without $1; expected $1 where the version is to stand, "
         "or no 'version-record'"},
        {"node-local = [\"seen\"]\n", "",
         "49:1: found no 'node-local' in [database]; expected the tables that each node may write "
         "for itself, "
         "or []"},
    });
    const std::string without = valid.substr(0, valid.find("[database.sqlite]"));
    CHECK(complaint(without) ==
          "s.toml:49:1: found no engine in [database]; expected [database.postgresql], "
          "[database.sqlite] or both");
}

TEST_CASE("a manifest for a newer Locum is refused before anything else is looked at") {
    for (const char* head : {"format = 2\nlocum = \"0.1\"\n", "format = 1\nlocum = \"99\"\n"}) {
        try {
            parse_manifest(std::string(head) + "unknown = true\n", "s.toml");
            FAIL("accepted");
        } catch (const engine::Error& error) {
            CHECK(error.kind() == engine::Kind::refused);
            CHECK(error.remedy().find("install ") == 0);
        }
    }
}

TEST_CASE("parts and files belong together") {
    const std::string zeros(64, '0');
    const auto part = [&](const std::string& path) {
        return "[[parts]]\npath = \"" + path + "\"\nsize = 1\nsha256 = \"" + zeros + "\"\n";
    };
    const std::string parts = part("1.sql") + part("2.sql") + part("licence.txt") +
                              part("payload/front.tar.zst") + part("payload/server.tar.zst") +
                              part("server.in");
    const std::string added = valid + "\n# Added by `locum bundle build`.\n";
    const std::string files = "[files]\nserver = '''\n'''\nfront = '''\n'''\n";
    CHECK(complaint(added + parts + files) == "accepted");
    const std::string both = "; expected both, as `bundle build` writes them";
    CHECK(complaint(added + files) == "s.toml:1:1: found [files] without [[parts]]" + both);
    CHECK(complaint(added + parts) == "s.toml:1:1: found [[parts]] without [files]" + both);
    CHECK(complaint(added + parts + "[files]\nserver = '''\nd 0755 a/b\n'''\n") ==
          "s.toml:87:8: found 'a/b' without its folder; expected each folder before what is in it");
    // Only `bundle build` writes it, and it writes it last.
    CHECK(complaint(valid + files).find("s.toml:59:2: found the unknown key 'files'; expected ") ==
          0);
    CHECK(complaint(added + parts + files + "[more]\n") ==
          "s.toml:90:1: found '[more]'; expected the end of the manifest");
    CHECK(complaint(valid + part("1.sql")) == "s.toml:1:1: found parts with no '2.sql'; expected "
                                              "exactly the parts that the manifest names");
    CHECK(complaint(valid + part("2.sql") + part("1.sql")) ==
          "s.toml:64:8: found the part '1.sql' after '2.sql'; expected parts sorted by path, each "
          "once");
    CHECK(complaint(valid + parts + part("x")) ==
          "s.toml:1:1: found parts with the unneeded 'x'; expected exactly the parts that the "
          "manifest names");
}

TEST_CASE("no text has control characters, but lines where there may be several") {
    const std::string nul = "\\u0000";
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"title = \"S\"", "title = \"S" + nul + "\""},
             {"{port.web}\"]", "{port.web}" + nul + "\"]"},
             {"\"UTC\"", "\"UTC" + nul + "\""},
             {"environment =", "user = \"root" + nul + "\"\nenvironment ="},
             {"mode = \"0600\"", "check = [\"x" + nul + "\"]"},
             {"{etc}/server", "{etc}/" + nul + "server"},
             {"stop = {", "reload = { command = [\"x" + nul + "\"] }\nstop = {"},
             {"stop = {", "reload = { command = [\"x\"], output = \"y" + nul + "\" }\nstop = {"},
             {"http = \"http://{node.address}:{port.web}/\"",
              "command = [\"x\", \"" + nul + "\"]\noutput = \"y\""},
             {"http = \"http://{node.address}:{port.web}/\"",
              "command = [\"x\"]\noutput = \"y" + nul + "\""},
             {"http = \"http://{node.address}:{port.web}/\"",
              "sql = \"SELECT 1\"\noutput = \"1" + nul + "\""},
             {"backend = \"b\"", "backend = \"b" + nul + "\""},
             {"SELECT v FROM s", "SELECT v FROM s" + nul},
             {"file = \"2.sql\"", "run = [{ command = [\"x" + nul + "\"] }]"},
             {"file = \"2.sql\"", "run = [{ command = [\"x\"], output = \"y" + nul + "\" }]"}})
        CHECK_MESSAGE(
            complaint(Case{from, to, ""}).find(": found the control character U+0000 in '") !=
                std::string::npos,
            to);
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"title = \"S\"", "title = \"S\\u001b[2J\""},
             {"title = \"S\"", "title = \"S\\nT\""},
             {"title = \"Server\"", "title = \"S\\nT\""},
             {"title = \"One\"", "title = \"S\\tT\""},
             {"{run}/s", "{run}/s\\n"},
             {"backend = \"b\"", "backend = \"b\\nshutdown\""},
             {"application-name = \"s\"", "application-name = \"s\\u007f\""}})
        CHECK_MESSAGE(complaint(Case{from, to, ""}).find(": found the control character U+") !=
                          std::string::npos,
                      to);
    CHECK(complaint(Case{"{ TZ", "{ \"T\\nZ\"", ""}).find("in 'environment'; expected a name of") !=
          std::string::npos);
    for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
             {"{port.web}\"]", "{port.web}\", \"-c\", \"a\\n\\tb\"]"},
             {"\"UTC\"", "\"a\\nb\""},
             {"SELECT v FROM s", "SELECT v\\r\\n\\tFROM s"}})
        CHECK_MESSAGE(complaint(Case{from, to, ""}) == "accepted", to);
}

TEST_CASE("a config goes to a file below a known folder, or to an absolute path") {
    for (const std::string to :
         {"{etc}/a/b.conf", "{data}/a", "{run}/a", "{log}/a", "{component.dir}/a", "/etc/a.conf",
          "{etc}/{node.name}.conf", "{etc}/..a", "{etc}/a..b"})
        CHECK_MESSAGE(complaint(Case{"{etc}/server.conf", to, ""}) == "accepted", to);
    for (const std::string to :
         {"../../etc/passwd", "etc/passwd", "{etc}/../passwd", "/etc/../passwd", "{etc}/./a",
          "{etc}//a", "{etc}/", "{etc}", "{etc}a", "{etc}/..", "/", "/etc/", "{node.name}/a",
          "{port.web}/a", "{datasource.file}", "{{etc}}/a", "", "a/{etc}/b"})
        CHECK_MESSAGE(complaint(Case{"{etc}/server.conf", to, ""}) ==
                          "s.toml:31:6: found '" + to +
                              "' for 'to'; expected a file below {data}, {etc}, {run}, {log} or "
                              "{component.dir}, or an absolute path, without '.' and '..'",
                      to);
}
