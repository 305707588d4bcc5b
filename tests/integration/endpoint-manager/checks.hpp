#pragma once
// What the tests of this folder expect of a load.

#include "tests/integration/endpoint-manager/fixture.hpp"

#include <doctest/doctest.h>

namespace endpoint::testing {

// Nothing failed, was answered wrongly or got lost.
inline void check_unharmed(const LoadResult& load) {
    CAPTURE(load.errors);
    CHECK(load.exit_code == 0);
    CHECK(load["failed"] == 0);
    CHECK(load["wrong"] == 0);
    CHECK(load["writes_lost"] == 0);
}

// Of two servers of version 1.0, and of two of 2.0 on the database that `next` has migrated.
inline std::vector<LoadResult> loads_of_each_version(Suite& suite,
                                                     const locum::datasource::Settings& settings,
                                                     const std::function<void()>& next) {
    std::vector<LoadResult> loads;
    for (const std::string version : {"1.0", "2.0"}) {
        CAPTURE(version);
        if (version == "2.0")
            next();
        const Node first = suite.start("node-1", version, settings);
        const Node second = suite.start("node-2", version, settings);
        loads.push_back(suite.run_load({first.front, second.front}, 3));
        const LoadResult& load = loads.back();
        check_unharmed(load);
        CHECK(load["requests"] >= 3 * least_requests_a_second);
        CHECK(load["writes_acknowledged"] >= load["requests"] / 5 / slowness);
    }
    return loads;
}

} // namespace endpoint::testing
