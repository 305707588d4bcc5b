// [[probes]] of every kind, good and bad.

#include "tests/unit/suite/manifest_errors.hpp"

#include <algorithm>
#include <fmt/format.h>

using namespace locum;
using namespace locum::suite;
using suite::testing::database;
using suite::testing::head;

namespace {

const std::string no_probes = head + R"([[ports]]
name = "web"
component = "server"
choices = [{ port = 80 }]
)" + database;

std::string with(const std::string& probe, const std::string& component = "server") {
    return no_probes + "[[probes]]\ncomponent = \"" + component + "\"\nname = \"up\"\n" + probe;
}

// "LINE:COLUMN: found …", where line 1 is that of [[probes]].
std::string complaint(const std::string& text) {
    const std::string said = suite::testing::complaint(text);
    if (said == "accepted")
        return said;
    const std::size_t number = std::string("s.toml:").size();
    const std::size_t colon = said.find(':', number);
    const auto above = std::count(no_probes.begin(), no_probes.end(), '\n');
    return fmt::format("{}{}", std::stoi(said.substr(number, colon - number)) - above,
                       said.substr(colon));
}

Probe read(const std::string& probe) {
    const Manifest manifest = parse_manifest(with(probe), "s.toml");
    REQUIRE(manifest.probes.size() == 1);
    return manifest.probes.front();
}

} // namespace

TEST_CASE("probes: each way is read") {
    Probe probe = read("http = \"http://{node.address}:{port.web}/\"\nbody = 'v 2'\n"
                       "headers = { X-API-Key = \"of {node.name}\", accept = \"*/*\" }\n"
                       "timeout-s = 60\nproves = \"version\"\n");
    const auto& http = std::get<HttpProbe>(probe.how);
    CHECK(http.status == 200);
    CHECK(http.body == "v 2");
    CHECK(http.headers ==
          std::map<std::string, std::string>{{"X-API-Key", "of {node.name}"}, {"accept", "*/*"}});
    CHECK(probe.limit == std::chrono::seconds(60));
    CHECK(probe.proves_version);

    probe = read("command = [\"dig\", \"-p\", \"{port.web}\"]\noutput = '\"the text\"'\n");
    const auto& command = std::get<Command>(probe.how);
    CHECK(command.argv == std::vector<std::string>{"dig", "-p", "{port.web}"});
    CHECK(command.output == "\"the text\"");
    CHECK(probe.limit == std::chrono::seconds(3));
    CHECK(!probe.proves_version);
    CHECK(std::get<Command>(read("command = [\"true\"]\n").how).output.empty());
    CHECK(read("command = [\"x\"]\noutput = \"2\"\nproves = \"version\"\n").proves_version);

    probe = read("sql = \"SELECT '{x}'\"\noutput = \"\"\ntimeout-s = 1\n");
    CHECK(std::get<SqlProbe>(probe.how).sql == "SELECT '{x}'");
    CHECK(std::get<SqlProbe>(probe.how).output.empty());
    CHECK(probe.limit == std::chrono::seconds(1));

    CHECK(std::get<TcpProbe>(read("tcp = \"{node.address}:{port.web}\"\n").how).address ==
          "{node.address}:{port.web}");
}

TEST_CASE("probes: mistakes") {
    struct Case {
        std::string probe;
        std::string complaint;
    };
    const std::string exactly = "; expected exactly one of http, tcp, command, sql";
    const std::string header =
        "; expected a header's name, other than Host, Connection, Content-Length and "
        "Transfer-Encoding";
    const std::string line = "; expected one line that is printed, without blanks at its ends";
    const std::string url = "; expected http://HOST:PORT/PATH without blanks; there is no TLS";
    const std::string proof = "; expected an http probe with 'body' or a command with 'output'";
    for (const Case& c : std::vector<Case>{
             {"", "1:1: found the probe 'up' without a way to ask" + exactly},
             {"sql = \"SELECT 1\"\ncommand = [\"x\"]\n",
              "1:1: found the probe 'up' with both of 'command' and 'sql'" + exactly},
             {"http = \"https://x/\"\n", "4:8: found 'https://x/' for 'http'" + url},
             {"http = \"ftp://x/\"\n", "4:8: found 'ftp://x/' for 'http'" + url},
             {"http = \"{node.address}:{port.web}/\"\n",
              "4:8: found '{node.address}:{port.web}/' for 'http'" + url},
             {"http = \"http://\"\n", "4:8: found 'http://' for 'http'" + url},
             {"http = \"http:///x\"\n", "4:8: found 'http:///x' for 'http'" + url},
             {"http = \"http://x/a b\"\n", "4:8: found 'http://x/a b' for 'http'" + url},
             {"http = \"http://x/\\r\\nY: b\"\n",
              "4:8: found the control character U+000D in 'http'; expected one line of printable "
              "text"},
             {"http = \"http://x/\\u0000\"\n",
              "4:8: found the control character U+0000 in 'http'; expected a text of printable "
              "lines"},
             {"tcp = \"x\\n:1\"\n",
              "4:7: found the control character U+000A in 'tcp'; expected one line of printable "
              "text"},
             {"tcp = \"x:1\"\ntimeout-s = 0\n",
              "5:13: found 0 for 'timeout-s'; expected a whole number from 1 to 60"},
             {"tcp = \"x:1\"\ntimeout-s = 61\n",
              "5:13: found 61 for 'timeout-s'; expected a whole number from 1 to 60"},
             {"http = \"http://x\"\nheaders = { \"X Key\" = \"a\" }\n",
              "5:13: found the header 'X Key'" + header},
             {"http = \"http://x\"\nheaders = { HOST = \"a\" }\n",
              "5:13: found the header 'HOST'" + header},
             {"http = \"http://x\"\nheaders = { X = \"a\\r\\nY: b\" }\n",
              "5:17: found a line break or NUL in the header 'X'; expected one line"},
             {"http = \"http://x\"\nheaders = { X = 1 }\n",
              "5:17: found a number for 'X'; expected a text in quotes"},
             {"http = \"http://x\"\nheaders = { X = \"{port.wbe}\" }\n",
              "5:17: found the port 'wbe', which does not exist; expected one of web"},
             {"command = []\n",
              "1:1: found the probe 'up' without a program in 'command'; expected the program and "
              "its arguments"},
             {"command = [\"\", \"x\"]\n",
              "1:1: found the probe 'up' without a program in 'command'; expected the program and "
              "its arguments"},
             {"command = [\"x\", \"{port.wbe}\"]\n",
              "4:17: found the port 'wbe', which does not exist; expected one of web"},
             {"command = [\"x\", \"{datasource.password}\"]\n",
              "4:17: found the password in '{datasource.password}', where others see it; expected "
              "it in templates only"},
             {"command = [\"x\"]\noutput = \"\"\n", "5:10: found '' for 'output'" + line},
             {"command = [\"x\"]\noutput = \"a \"\n", "5:10: found 'a ' for 'output'" + line},
             {"command = [\"x\"]\noutput = \"a\\nb\"\n", "5:10: found 'a\nb' for 'output'" + line},
             {"sql = \" \"\noutput = \"1\"\n",
              "4:7: found an empty text for 'sql'; expected one statement that reads"},
             {"sql = \"SELECT 1\"\n", "1:1: found no such key in [probes]; expected the key "
                                      "'output'"},
             {"http = \"http://x\"\nproves = \"version\"\n",
              "5:10: found the probe 'up', which can prove no version" + proof},
             {"command = [\"x\"]\nproves = \"version\"\n",
              "5:10: found the probe 'up', which can prove no version" + proof},
             {"tcp = \"x:1\"\nproves = \"version\"\n",
              "5:10: found the probe 'up', which can prove no version" + proof},
             {"sql = \"SELECT 1\"\noutput = \"1\"\nproves = \"version\"\n",
              "6:10: found the probe 'up', which can prove no version" + proof},
             {"tcp = \"x:1\"\nproves = \"health\"\n",
              "5:10: found 'health' for 'proves'; expected one of version"},
             {"command = [\"x\"]\noutput = \"2\"\nproves = \"version\"\n[[probes]]\ncomponent = "
              "\"server\"\nname = \"again\"\nhttp = \"http://x\"\nbody = \"2\"\nproves = "
              "\"version\"\n",
              "12:10: found a second probe of 'server' that proves its version; expected one; 'up' "
              "does already"},
         })
        CHECK_MESSAGE(complaint(with(c.probe)) == c.complaint, c.probe);
}

TEST_CASE("probes: keys of another way are unknown") {
    for (const char* probe :
         {"tcp = \"x:1\"\nheaders = { X = \"a\" }\n", "command = [\"x\"]\nstatus = 200\n",
          "sql = \"SELECT 1\"\noutput = \"1\"\nbody = \"x\"\n",
          "http = \"http://x\"\noutput = \"x\"\n"})
        CHECK_MESSAGE(complaint(with(probe)).find(": found the unknown key '") != std::string::npos,
                      probe);
}

TEST_CASE("probes: only a server has a datasource, and each component may prove its version") {
    CHECK(complaint(with("sql = \"SELECT 1\"\noutput = \"1\"\n", "front")) ==
          "4:7: found an 'sql' probe of the component 'front' of role balancer; expected http, tcp "
          "or command: only components of role server have a datasource");
    const std::string proof = "command = [\"x\"]\noutput = \"2\"\nproves = \"version\"\n";
    CHECK(complaint(with(proof) + "[[probes]]\ncomponent = \"front\"\nname = \"up\"\n" + proof) ==
          "accepted");
}
