// Each account sees where its own sessions come from.

#include "datasource/sessions.hpp"

#include "tests/integration/datasource/server.hpp"

using namespace locum;
using namespace locum::datasource;
using testing::server;

TEST_CASE("sessions: those of the account, with name and address, and not the one that asks") {
    server().reset();
    const auto asks = server().as_application();
    const auto other = server().as_application("suite-2");
    const auto locum = server().as_locum();
    const std::vector<ClientSession> sessions = client_sessions(*asks);
    REQUIRE(sessions.size() == 1);
    CHECK(sessions[0].application == "suite-2");
    CHECK(sessions[0].address == seen_address(*other));
    CHECK(std::to_string(sessions[0].pid) ==
          other->query("SELECT pg_backend_pid()").at(0).at(0).value());
    CHECK(client_sessions(*locum).empty());
}

TEST_CASE("sessions: an embedded database has none") {
    const Scratch scratch;
    const auto connection = scratch.open("a.sqlite");
    CHECK(client_sessions(*connection).empty());
    CHECK(seen_address(*connection).empty());
}
