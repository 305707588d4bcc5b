#pragma once
// What every balancer port promises, held against a real balancer with the servers node-1 and
// node-2. Real has: port(server) · server(index) with hold(bool) and held() · ask(): begins a
// request · served(request, limit): whether it got its answer · signal(name): to the balancer ·
// restart(out): kills it and starts it from a configuration with `out` out of rotation.

#include "cluster/balancer.hpp"
#include "engine/error.hpp"
#include "tests/support/scratch.hpp"

namespace locum::testing {

template <class Real>
class BalancerContract {
public:
    void drained_and_in_again() {
        Real real;
        const auto first = real.port("node-1");
        const auto second = real.port("node-2");
        REQUIRE(comes_in(first));
        REQUIRE(comes_in(second));
        CHECK(first.show().idle);
        first.drain();
        CHECK_FALSE(first.show().in_rotation);
        CHECK(second.show().in_rotation);
        first.drain(); // twice is fine
        CHECK_FALSE(first.show().in_rotation);
        CHECK(real.served(real.ask(), answer_limit));
        first.undrain();
        CHECK(comes_in(first));
        first.undrain();
        second.drain();
        CHECK_FALSE(second.show().in_rotation);
        CHECK(real.served(real.ask(), answer_limit));
    }

    void what_is_under_way_is_finished() {
        Real real;
        const auto first = real.port("node-1");
        real.port("node-2").drain();
        REQUIRE(comes_in(first));
        real.server(0).hold(true);
        auto request = real.ask();
        REQUIRE(within(answer_limit, [&] { return real.server(0).held() == 1; }));
        first.drain();
        const cluster::BalancedServer busy = first.show();
        CHECK_FALSE(busy.in_rotation);
        CHECK_FALSE(busy.idle);
        CHECK(!busy.says.empty());
        real.server(0).hold(false);
        CHECK(real.served(std::move(request), answer_limit));
        CHECK(within(answer_limit, [&] { return first.show().idle; }));
    }

    void an_unknown_server_is_an_error() {
        Real real;
        REQUIRE(comes_in(real.port("node-1")));
        every_call_fails(real.port("node-9"), "node-9");
        CHECK(real.port("node-1").show().in_rotation);
    }

    void silence_is_an_error_in_time() {
        Real real;
        REQUIRE(comes_in(real.port("node-1")));
        real.signal("STOP");
        every_call_fails(real.port("node-1"), "");
        real.signal("CONT");
        CHECK(within(answer_limit, [&] { return answers(real.port("node-1")); }));
        real.signal("KILL");
        every_call_fails(real.port("node-1"), "");
    }

    void the_configuration_keeps_a_server_out() {
        Real real;
        real.port("node-1").drain();
        real.restart("node-1");
        CHECK_FALSE(real.port("node-1").show().in_rotation);
        CHECK(comes_in(real.port("node-2")));
        CHECK_FALSE(real.port("node-1").show().in_rotation); // its health checks pass, too
        real.port("node-1").undrain();
        CHECK(comes_in(real.port("node-1")));
    }

private:
    static constexpr std::chrono::seconds answer_limit{10};

    static bool comes_in(const cluster::BalancerPort& port) {
        return within(answer_limit, [&] { return port.show().in_rotation; });
    }
    static bool answers(const cluster::BalancerPort& port) {
        try {
            port.show();
            return true;
        } catch (const engine::Error&) {
            return false;
        }
    }
    static void every_call_fails(const cluster::BalancerPort& port, const std::string& says) {
        for (const std::function<void()>& call :
             {port.drain, port.undrain, std::function<void()>([&] { port.show(); })}) {
            const auto began = std::chrono::steady_clock::now();
            const engine::Error error = error_of(call);
            CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(8));
            CHECK(error.kind() == engine::Kind::failed);
            CHECK(contains(error.what(), says));
            CHECK(!error.remedy().empty());
        }
    }
};

// All of it, each promise a subcase with a balancer of its own.
template <class Real>
void keeps_balancer_contract() {
    using Contract = BalancerContract<Real>;
    SUBCASE("drained and in again") {
        Contract().drained_and_in_again();
    }
    SUBCASE("what is under way is finished") {
        Contract().what_is_under_way_is_finished();
    }
    SUBCASE("an unknown server is an error") {
        Contract().an_unknown_server_is_an_error();
    }
    SUBCASE("silence is an error in time") {
        Contract().silence_is_an_error_in_time();
    }
    SUBCASE("the configuration keeps a server out") {
        Contract().the_configuration_keeps_a_server_out();
    }
}

} // namespace locum::testing
