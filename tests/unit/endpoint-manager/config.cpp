#include "examples/endpoint-manager/server/config.hpp"
#include "platform/files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>

using namespace endpoint;

namespace {

struct Fixture {
    std::string folder =
        locum::platform::make_temporary_folder(locum::platform::temporary_folder(), "endpoint-");
    std::string file = folder + "/server.conf";
    ~Fixture() { locum::platform::remove_all(folder); }

    Config read(const std::string& text) const {
        locum::platform::write_file(file, text, 0600);
        return read_config(file);
    }
    std::string error(const std::string& text) const {
        try {
            read(text);
        } catch (const std::runtime_error& error) {
            return std::string(error.what()).substr(file.size());
        }
        return "none";
    }
};

const std::string good = "# a comment\n\nlisten = 127.0.0.2:30001\nnode=node-1\nmode = normal\n"
                         "snapshot_ms = 0\ndatabase = postgresql\n"
                         "connection = host=a port=1 password='x = y'\n";

} // namespace

TEST_CASE_FIXTURE(Fixture, "a configuration file") {
    const Config config = read(good);
    CHECK(config.address == "127.0.0.2");
    CHECK(config.port == 30001);
    CHECK(config.node == "node-1");
    CHECK_FALSE(config.update_mode);
    CHECK(config.engine == Engine::postgresql);
    CHECK(config.connection == "host=a port=1 password='x = y'");
    const Config copy = read("listen = [::1]:80\nnode = n\nmode = update\nsnapshot_ms = 5\n"
                             "database = sqlite\nfile = /a b\n");
    CHECK(copy.address == "::1");
    CHECK(copy.update_mode);
    CHECK(copy.snapshot_ms == 5);
    CHECK(copy.file == "/a b");
}

TEST_CASE_FIXTURE(Fixture, "a mistake in it is told by line, and no value is shown") {
    CHECK(error(good + "colour = red\n") ==
          ":9: 'colour': expected listen, node, mode, snapshot_ms, database, connection, file or "
          "web-app");
    CHECK(error(good + "node = b\n") == ":9: 'node' is there twice");
    CHECK(error("listen = 127.0.0.2\n") ==
          ":1: 'listen': expected an address and a port, as in 127.0.0.2:30001");
    CHECK(error("listen = a:70000\n").starts_with(":1: 'listen'"));
    CHECK(error("mode = both\n") == ":1: 'mode': expected normal or update");
    CHECK(error("nonsense\n") == ":1: 'nonsense': expected key = value");
    CHECK(error("node = a\n") == ": 'listen' is missing");
    CHECK(error("listen = a:1\nnode = n\nmode = update\ndatabase = sqlite\nfile = f\n") ==
          ": 'snapshot_ms' is missing, which mode = update needs");
    CHECK_THROWS_WITH(read_config(folder + "/none"),
                      ("cannot read the configuration file " + folder + "/none").c_str());
}
