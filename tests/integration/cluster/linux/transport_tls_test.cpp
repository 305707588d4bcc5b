// An older TLS, spoken by the command openssl.

#include "platform/process.hpp"
#include "tests/integration/cluster/transport_support.hpp"

using namespace transport_support;

TEST_CASE("TLS 1.2 is refused") {
    const Network network;
    Agent agent(network, {});
    const auto at = "127.0.0.1:" + std::to_string(agent.server.port());
    platform::Command command;
    command.argv = {"openssl", "s_client", "-connect", at, "-tls1_2"};
    const auto old = platform::run(command);
    CHECK(old.exit_code != 0);
    CHECK((old.output + old.errors).find("alert protocol version") != std::string::npos);
    CHECK(agent.log->await("", "unsupported protocol"));
    command.argv.back() = "-tls1_3";
    const auto now = platform::run(command);
    CHECK(now.output.find("TLSv1.3") != std::string::npos);
}
