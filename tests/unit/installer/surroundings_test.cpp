// What is asked of this host, for real, and what is said of it.

#include "engine/check.hpp"
#include "installer/surroundings.hpp"
#include "platform/capabilities.hpp"
#include "platform/process.hpp"
#include "tests/support/small_suite.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

using namespace locum;
using namespace locum::testing;
using boost::asio::ip::tcp;
using boost::asio::ip::udp;
using engine::Finding;
using engine::Severity;

namespace {

const std::vector<std::string> server = {"server"};

} // namespace

TEST_CASE("surroundings: a UDP port that is taken, and one of TCP that is not asked for UDP") {
    boost::asio::io_context io;
    const udp::socket taken(io, udp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const std::uint16_t port = taken.local_endpoint().port();
    suite::Manifest manifest = small_manifest();
    const installer::PortNumbers ports = {{manifest.ports.at(0).name, port}};
    manifest.ports[0].udp = false;
    CHECK(installer::look_around(manifest, server, "127.0.0.1", ports).udp_faults.empty());
    manifest.ports[0].udp = true;
    const auto around = installer::look_around(manifest, server, "127.0.0.1", ports);
    const auto findings = installer::surroundings_findings(manifest, server, ports, around);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "port-taken");
    CHECK(findings[0].found ==
          fmt::format("UDP port {} ({}): {}", port, manifest.ports[0].name,
                      boost::system::error_code(boost::asio::error::address_in_use).message()));
}

TEST_CASE("surroundings: connections that can be made and that cannot") {
    boost::asio::io_context io;
    tcp::acceptor acceptor(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
    const std::string open = fmt::format("127.0.0.1:{}", acceptor.local_endpoint().port());
    suite::Manifest manifest = small_manifest();
    manifest.outgoing = {{"server", open, false}};
    CHECK(installer::look_around(manifest, server, "127.0.0.1", {}).unreachable.empty());
    acceptor.close();
    for (const bool optional : {false, true}) {
        manifest.outgoing[0].optional = optional;
        const auto around = installer::look_around(manifest, server, "127.0.0.1", {});
        const auto findings = installer::surroundings_findings(manifest, server, {}, around);
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].name == "outgoing");
        CHECK(findings[0].severity == (optional ? Severity::warning : Severity::error));
        CHECK(contains(findings[0].found, "no connection to " + open + " for server: "));
        CHECK(contains(findings[0].remedy, "let this host reach 127.0.0.1 at TCP port "));
        CHECK(engine::demoted(findings, {"outgoing"})[0].severity == Severity::warning);
    }
    CHECK(installer::look_around(manifest, {"tool"}, "127.0.0.1", {}).unreachable.empty());
}

TEST_CASE("surroundings: a port below the first unprivileged one needs a right") {
    suite::Manifest manifest = small_manifest();
    const installer::PortNumbers ports = {{manifest.ports.at(0).name, 53}};
    const auto around = installer::look_around(manifest, server, "127.0.0.1", ports);
    CHECK(around.privileged.empty() == (platform::has_capability("net-bind-service") ||
                                        platform::first_unprivileged_port() <= 53));
    installer::Surroundings lacking;
    lacking.privileged = ports;
    lacking.capabilities = {"ipc-lock", "net-bind-service"};
    const auto findings = installer::surroundings_findings(manifest, server, ports, lacking);
    REQUIRE(findings.size() == 2);
    CHECK(contains(findings[0].found, "port 53 ("));
    CHECK(contains(findings[0].remedy, "net.ipv4.ip_unprivileged_port_start=53"));
    CHECK(findings[1].found == "no capability ipc-lock");
}

TEST_CASE("surroundings: a low port whose services do not ask for the right to it") {
    suite::Manifest manifest = small_manifest();
    const suite::Port port = manifest.ports.at(0);
    const installer::PortNumbers low = {{port.name, 53}};
    CHECK(installer::unasked_ports(manifest, low, 1024) == low);
    CHECK(installer::unasked_ports(manifest, low, 53).empty()); // everybody may have it
    CHECK(installer::unasked_ports(manifest, {{port.name, 1024}}, 1024).empty());
    CHECK(installer::unasked_ports(manifest, {}, 1024).empty()); // not selected
    for (suite::Service& service : manifest.services)
        service.capabilities = {"net-raw"};
    CHECK(installer::unasked_ports(manifest, low, 1024) == low);
    for (suite::Service& service : manifest.services)
        if (service.component != port.component)
            service.capabilities = {"net-bind-service"}; // another component's
    CHECK(installer::unasked_ports(manifest, low, 1024) == low);
    for (suite::Service& service : manifest.services)
        if (service.component == port.component)
            service.capabilities = {"net-raw", "net-bind-service"};
    CHECK(installer::unasked_ports(manifest, low, 1024).empty());

    installer::Surroundings around;
    around.unasked = low;
    around.privileged = low; // told once: the right alone would not help
    const auto findings = installer::surroundings_findings(manifest, server, low, around);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].name == "capability");
    CHECK(findings[0].found ==
          "port 53 (" + port.name + "), and no service of its component asks for net-bind-service");
    CHECK(contains(findings[0].expected, "capabilities = [\"net-bind-service\"]"));
    CHECK(contains(findings[0].remedy, "set another port in [ports], run as root, or: sysctl"));
    CHECK(findings[0].may_be_ignored);
}
