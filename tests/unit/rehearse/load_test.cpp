#include "rehearse/load.hpp"
#include "tests/support/scratch.hpp"
#include "tests/support/tiny_server.hpp"

#include <atomic>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;
using rehearse::Clients;
using rehearse::ProbeLoad;

namespace {

void answer(Socket connection, const std::string& status) {
    const std::string text =
        "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    send_text(connection, text);
}

cluster::ProbeTarget get(const TinyServer& server) {
    return {"profile", cluster::HttpTarget{"http://" + server.address() + "/probe"}};
}

} // namespace

TEST_CASE("load: what is polled is counted, and right answers are no failure") {
    std::atomic<int> asked = 0;
    TinyServer server([&](const std::string&, Socket connection) {
        ++asked;
        answer(connection, "200 OK");
    });
    ProbeLoad load({get(server)});
    REQUIRE(within(10s, [&] { return asked >= 3; }));
    Clients seen;
    load.end(seen, {});
    CHECK(seen.what == "GET http://" + server.address() + "/probe");
    CHECK(seen.asked >= 3);
    CHECK(seen.failed == 0);
}

TEST_CASE(
    "load: a poll that fails is a failure, unless it is within a downtime that was asked for") {
    for (const bool downtime : {false, true}) {
        std::atomic<int> asked = 0;
        TinyServer server([&](const std::string&, Socket connection) {
            answer(connection, ++asked == 2 ? "503 Service Unavailable" : "200 OK");
        });
        ProbeLoad load({get(server)});
        REQUIRE(within(10s, [&] { return asked >= 4; }));
        Clients seen;
        if (downtime) {
            load.end(seen, 500ms);
        } else {
            const engine::Error error = error_of([&] { load.end(seen, {}); });
            CHECK(contains(error.what(), "1 of "));
            CHECK(contains(error.what(), "polls failed, the longest gap was "));
            CHECK(contains(error.what(), "503"));
        }
        CHECK(seen.failed == 1);
        CHECK(seen.longest_gap_ms >= 100);
    }
}
