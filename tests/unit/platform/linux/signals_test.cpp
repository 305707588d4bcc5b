#include "platform/signals.hpp"

#include <doctest/doctest.h>

#include <csignal>

using namespace locum;

TEST_CASE(
    "signals: one that came is told once, a terminal that goes away too, but not under nohup") {
    {
        platform::StopSignals signals;
        CHECK(!signals.arrived());
        std::raise(SIGHUP);
        CHECK(signals.arrived());
        CHECK(!signals.arrived());
    }
    std::signal(SIGHUP, SIG_IGN);
    {
        platform::StopSignals signals;
        std::raise(SIGHUP);
        CHECK(!signals.arrived());
        std::raise(SIGTERM);
        CHECK(signals.arrived());
    }
    std::signal(SIGHUP, SIG_DFL);
}
