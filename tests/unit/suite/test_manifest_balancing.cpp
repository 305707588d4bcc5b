// How a manifest says that its balancer is driven, and its services reload.

#include "engine/error.hpp"
#include "suite/manifest.hpp"
#include "tests/support/dnsdist.hpp"
#include "tests/support/small_suite.hpp"

using namespace locum;
using namespace locum::testing;
using suite::BalancerDriver;
using suite::Manifest;

namespace {

const std::string reload_by_signal = "{ signal = \"USR2\" }";

void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE_MESSAGE(at != std::string::npos, from);
    text.replace(at, from.size(), to);
}

// [balancing] from its driver on, and the reload of the balancer's service.
std::string with(const std::string& balancing, const std::string& reload = dnsdist_reload) {
    std::string toml = small_suite_toml("1.0");
    const std::size_t driver = toml.find("driver = ");
    toml.replace(driver, toml.find("[database]") - driver, balancing);
    replace(toml, reload_by_signal, reload);
    return toml;
}

// The valid one with a change, or its complaint.
std::string changed(const std::string& from, const std::string& to) {
    std::string balancing = dnsdist_balancing;
    replace(balancing, from, to);
    return balancing;
}
std::string complaint(const std::string& toml) {
    return error_of([&] { suite::parse_manifest(toml, "s.toml"); }).what();
}

} // namespace

TEST_CASE("a balancer that is driven by commands") {
    const Manifest manifest = suite::parse_manifest(with(dnsdist_balancing), "s.toml");
    REQUIRE(manifest.balancing);
    CHECK(manifest.balancing->driver == BalancerDriver::command);
    CHECK(manifest.balancing->socket.empty());
    const suite::BalancerCommands& commands = manifest.balancing->commands;
    CHECK(commands.drain.argv.size() == 6);
    CHECK(commands.drain.argv.back() == "drain('{server.name}')");
    CHECK(commands.drain.output == "drained");
    CHECK(commands.undrain.argv.back() == "undrain('{server.name}')");
    CHECK(commands.undrain.output == "undrained");
    CHECK(commands.show.back() == "show('{server.name}')");
    CHECK(commands.in_rotation == "in rotation");
    CHECK(commands.out_of_rotation == "out of rotation");
    CHECK(commands.idle == "idle");
    CHECK(commands.settle == std::chrono::milliseconds(200));
    for (const suite::Service& service : manifest.services)
        if (service.component == "balancer") {
            CHECK_FALSE(service.reload_signal);
            REQUIRE(service.reload_command);
            CHECK(service.reload_command->argv.back() == "reload()");
            CHECK(service.reload_command->output == "reloaded");
        } else {
            CHECK_FALSE(service.reload_command);
        }
}

TEST_CASE("settle-ms and the lines of drain, undrain and reload may be left out") {
    std::string balancing = changed("settle-ms = 200\n", "");
    replace(balancing, ", output = \"drained\"", "");
    const Manifest manifest = suite::parse_manifest(
        with(balancing, "{ command = [\"/bin/reload\", \"{etc}\"] }"), "s.toml");
    CHECK(manifest.balancing->commands.settle.count() == 0);
    CHECK(manifest.balancing->commands.drain.output.empty());
    CHECK(manifest.services.at(1).reload_command->output.empty());
}

TEST_CASE("commands know the server's variables besides the usual ones") {
    const auto drained_by = [](const std::string& argument) {
        return with(changed("drain('{server.name}')", argument));
    };
    CHECK_NOTHROW(suite::parse_manifest(
        drained_by("{server.address}:{server.port.device} {port.front} {run} {node.name}"),
        "s.toml"));
    for (const auto& [argument, found] :
         {std::pair{"{server.out}", "found the unknown variable 'server.out'"},
          std::pair{"{server.port.web}", "found the port 'web', which does not exist"},
          std::pair{"{server}", "found the unknown variable 'server'"},
          std::pair{"{name}", "found the unknown variable 'name'"},
          std::pair{"{server.data}", "found the unknown variable 'server.data'"},
          std::pair{"{datasource.password}", "found the password in '{datasource.password}'"},
          std::pair{"{datasource.file}", "found the variable 'datasource.file' in"},
          std::pair{"{server.name", "in which braces do not match"}}) {
        CAPTURE(argument);
        CHECK(contains(complaint(drained_by(argument)), found));
    }
    // A server may have the balancer's port where it may have the balancer.
    std::string apart = drained_by("{server.port.front}");
    CHECK_NOTHROW(suite::parse_manifest(apart, "s.toml"));
    replace(apart, "\"server\", \"tool\", \"balancer\"", "\"balancer\"");
    CHECK(contains(complaint(apart),
                   "found the port 'front' of 'balancer', which no topology has beside 'server'; "
                   "expected one of device"));
    // Lines are texts like the others.
    CHECK_NOTHROW(
        suite::parse_manifest(with(changed("\"idle\"", "\"{server.name} idle\"")), "s.toml"));
    CHECK(contains(complaint(with(changed("\"idle\"", "\"{name} idle\""))),
                   "found the unknown variable 'name'"));
    CHECK(contains(complaint(with(changed("\"drained\"", "\"{drained\""))),
                   "in which braces do not match"));
    // Where no server is in question there is none.
    CHECK(contains(complaint(with(dnsdist_balancing, "{ command = [\"x\", \"{server.name}\"] }")),
                   "found the unknown variable 'server.name'"));
}

TEST_CASE("keys of the other driver, missing and contradictory ones") {
    const std::string haproxy = "driver = \"haproxy\"\nsocket = \"{run}/s\"\nbackend = \"b\"\n";
    CHECK_NOTHROW(suite::parse_manifest(with(haproxy, reload_by_signal), "s.toml"));
    struct Case {
        std::string balancing;
        std::string found;
    };
    for (const auto& [balancing, found] : std::vector<Case>{
             {dnsdist_balancing + "socket = \"{run}/s\"\n", "found the unknown key 'socket'"},
             {dnsdist_balancing + "backend = \"b\"\n", "found the unknown key 'backend'"},
             {haproxy + "settle-ms = 1\n", "found the unknown key 'settle-ms'"},
             {haproxy + "drain = { command = [\"x\"] }\n", "found the unknown key 'drain'"},
             {changed("\nundrain", "\nundrained"), "expected the key 'undrain'"},
             {changed("drain('{server.name}')\"]", "\"], more = 1"),
              "found the unknown key 'more'"},
             {changed("settle-ms = 200", "settle-ms = 60001"),
              "found 60001 for 'settle-ms'; expected a whole number from 0 to 60000"},
             {changed("settle-ms = 200", "settle-ms = -1"), "found -1 for 'settle-ms'"},
             {changed("\"drained\"", "\"\""), "found '' for 'output'; expected one line"},
             {changed("\"drained\"", "\" drained\""), "found ' drained' for 'output'"},
             {changed("\"drained\"", "\"two\\nlines\""), "for 'output'; expected one line"},
             {changed(", idle = \"idle\"", ""), "expected the key 'idle'"},
             {changed("idle = \"idle\"", "idle = \"in rotation\""),
              "expected three different lines"},
             {changed("idle = \"idle\"", "idle = \"idle\", output = \"x\""),
              "found the unknown key 'output'"},
             {"driver = \"command\"\ndrain = { command = [] }\n",
              "found 'drain' without a program in 'command'; expected the program and its "
              "arguments"},
             {"driver = \"command\"\ndrain = { output = \"x\" }\n",
              "'drain' without a program in 'command'"},
         }) {
        CAPTURE(balancing);
        const std::string reload =
            contains(balancing, "haproxy") ? reload_by_signal : dnsdist_reload;
        CHECK(contains(complaint(with(balancing, reload)), found));
    }
}

TEST_CASE("a reload is by a signal or by a command, and proves itself where the driver does not") {
    for (const auto& [reload, found] : std::vector<std::pair<std::string, std::string>>{
             {"{ signal = \"HUP\", command = [\"x\"] }",
              "found a reload of 'balancer' with both of 'signal' and 'command'; expected exactly "
              "one"},
             {"{}", "found a reload of 'balancer' with neither of 'signal' and 'command'"},
             {"{ signal = \"HUP\", output = \"x\" }", "found the unknown key 'output'"},
             {"{ command = [\"\"] }", "found 'reload' without a program in 'command'"},
             {reload_by_signal,
              "found driver 'command' for 'balancer', whose service 'balancer' has "
              "no reload by command; expected reload = { command, output }"}}) {
        CAPTURE(reload);
        CHECK(contains(complaint(with(dnsdist_balancing, reload)), found));
    }
    std::string without = with(dnsdist_balancing, reload_by_signal);
    replace(without, "reload = " + reload_by_signal + "\n", "");
    CHECK(contains(complaint(without), "no reload by command"));
}

TEST_CASE("a balancer's service without a reload is refused, whichever driver it has") {
    std::string haproxy = small_suite_toml("1.0");
    CHECK_NOTHROW(suite::parse_manifest(haproxy, "s.toml"));
    replace(haproxy, "reload = " + reload_by_signal + "\n", "");
    CHECK(contains(complaint(haproxy),
                   "found driver 'haproxy' for 'balancer', whose service 'balancer' has no reload; "
                   "expected reload = { signal } or { command, output }"));
    // Services of others need none.
    std::string other = small_suite_toml("1.0");
    replace(other, "[[probes]]",
            "[[services]]\nname = \"tool\"\ncomponent = \"tool\"\nargv = [\"x\"]\n[[probes]]");
    CHECK_NOTHROW(suite::parse_manifest(other, "s.toml"));
    replace(other, "component = \"tool\"\nargv", "component = \"balancer\"\nargv");
    CHECK(contains(complaint(other), "whose service 'tool' has no reload"));
}
