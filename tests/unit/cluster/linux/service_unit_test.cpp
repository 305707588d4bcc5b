// The text of a service's unit, and what systemd itself says of it where it is installed.

#include "cluster/service_unit.hpp"
#include "platform/process.hpp"
#include "tests/support/scratch.hpp"

using namespace locum;
using namespace locum::testing;
using cluster::service_unit_text;
using cluster::ServiceSpec;

namespace {

ServiceSpec server() {
    ServiceSpec spec;
    spec.name = "server";
    spec.component = "server";
    spec.version = "2.0";
    spec.title = "Endpoint Manager";
    spec.argv = {"/bin/sleep", "60"};
    spec.account = "endpoint-manager";
    spec.group = "endpoint-manager";
    spec.writeable = {"/var/opt/endpoint manager"};
    return spec;
}

std::string text_of(const ServiceSpec& spec) {
    return service_unit_text(spec, "endpoint-manager", "/usr/local/bin/locum");
}

bool has_line(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

} // namespace

TEST_CASE("service unit: command, account, gate and folders are as the spec says") {
    ServiceSpec spec = server();
    spec.stop_signal = "INT";
    spec.stop_timeout = std::chrono::seconds(7);
    spec.reload_signal = "USR2";
    spec.limits = {4096, 100, 512};
    spec.needs = {"redis-server.service"};
    spec.after = {"store"};
    const std::string text = text_of(spec);
    for (const char* line :
         {"ExecStart=\"/bin/sleep\" \"60\"", "User=endpoint-manager", "Group=endpoint-manager",
          "ExecCondition=+\"/usr/local/bin/locum\" agent may-start server --suite endpoint-manager",
          "Wants=network-online.target redis-server.service",
          "After=network-online.target redis-server.service endpoint-manager-store.service",
          "ReadWritePaths=\"/var/opt/endpoint manager\"", "KillSignal=SIGINT",
          "TimeoutStopSec=7000ms", "ExecReload=/bin/kill -USR2 $MAINPID", "LimitNOFILE=4096",
          "TasksMax=100", "MemoryMax=512M", "CapabilityBoundingSet=", "AmbientCapabilities=",
          "SyslogIdentifier=endpoint-manager-server"}) {
        CAPTURE(line);
        CHECK(has_line(text, line));
    }
}

TEST_CASE("service unit: arguments reach the program as they are") {
    ServiceSpec spec = server();
    spec.argv = {"/bin/echo",  "a b",         "100%", "$HOME",
                 "say \"hi\"", "back\\slash", "",     "two\nlines"};
    spec.environment = {{"SHARE", "50% of $HOME"}};
    const std::string text = text_of(spec);
    CHECK(has_line(text, "ExecStart=\"/bin/echo\" \"a b\" \"100%%\" \"$$HOME\" \"say \\\"hi\\\"\" "
                         "\"back\\\\slash\" \"\" \"two\\x0alines\""));
    CHECK(has_line(text, "Environment=\"SHARE=50%% of $HOME\""));
}

TEST_CASE("service unit: what a service may do besides has a name, and only that is opened") {
    ServiceSpec spec = server();
    const std::string closed = text_of(spec);
    const std::vector<std::pair<std::string, std::string>> doors = {
        {"writable-code", "MemoryDenyWriteExecute=yes"},
        {"devices", "PrivateDevices=yes"},
        {"homes", "ProtectHome=yes"},
        {"all-system-calls", "SystemCallFilter=@system-service"}};
    for (const auto& [opened, line] : doors) {
        CAPTURE(opened);
        spec.allows = {opened};
        CHECK(has_line(closed, line));
        CHECK(!has_line(text_of(spec), line));
        for (const auto& [other, other_line] : doors)
            CHECK(has_line(text_of(spec), other_line) == (other != opened));
    }
    spec.allows = {};
    spec.capabilities = {"net-bind-service"};
    CHECK(has_line(text_of(spec), "AmbientCapabilities=CAP_NET_BIND_SERVICE"));
    CHECK(has_line(text_of(spec), "CapabilityBoundingSet=CAP_NET_BIND_SERVICE"));
    spec.account = "root";
    CHECK(text_of(spec).find("CapabilityBoundingSet") == std::string::npos);
}

TEST_CASE("service unit: systemd takes it, and finds little to object to") {
    const Scratch folder;
    const std::string file = folder / "endpoint-manager-server.service";
    ServiceSpec spec = server();
    spec.environment = {{"WORD", "with \"quotes\" and 5%"}};
    spec.limits = {4096, 100, 512};
    platform::write_file(file, service_unit_text(spec, "endpoint-manager", "/bin/true"), 0644);
    platform::Command verify;
    verify.argv = {"systemd-analyze", "verify", "--man=no", file};
    const platform::Finished verified = platform::run(verify);
    CHECK(verified.ok());
    CHECK(verified.errors.find("endpoint-manager-server.service") == std::string::npos);
    platform::Command security;
    security.argv = {"systemd-analyze", "security", "--offline=true", "--threshold=20", file};
    const platform::Finished scored = platform::run(security); // fails above 2.0 of 10
    CHECK_MESSAGE(scored.ok(),
                  scored.output.substr(scored.output.size() -
                                       std::min<std::size_t>(300, scored.output.size())));
}
