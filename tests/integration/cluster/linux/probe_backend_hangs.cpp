// A backend of the server that is stopped by a signal.

#include "tests/integration/cluster/probing.hpp"

#include <csignal>
#include <future>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

TEST_CASE("a backend that hangs in the middle is given up") {
    make_domains();
    auto asked =
        std::async(std::launch::async, [] { return ask("SELECT pg_sleep(600)", "", 1500ms); });
    const auto super = server().as_superuser();
    pid_t backend = 0;
    REQUIRE(within(20s, [&] {
        const auto rows = super->query("SELECT pid FROM pg_stat_activity WHERE application_name = "
                                       "'locum-probe' AND query LIKE '%pg_sleep%'");
        backend = rows.empty() ? 0 : std::stoi(*rows[0].at(0));
        return backend != 0;
    }));
    REQUIRE(::kill(backend, SIGSTOP) == 0);
    const bool ended = asked.wait_for(20s) == std::future_status::ready;
    ::kill(backend, SIGCONT);
    CHECK(ended);
    CHECK(contains(asked.get(), "gave no answer within 1500 ms"));
}
