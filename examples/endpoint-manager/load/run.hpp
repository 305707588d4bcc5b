#pragma once
// A whole run: learn what is there, load, read back.

#include "examples/common/load/drive.hpp"
#include "examples/endpoint-manager/load/client.hpp"
#include "examples/endpoint-manager/load/options.hpp"

namespace endpoint::load {

struct Report {
    example::load::Totals totals;
    std::int64_t writes_lost = 0;
    double seconds = 0;
};

// signals: blocked in every thread; one of them ends the run as the stop file does. Throws
// std::runtime_error where the run cannot start.
Report run(const Options& options, const sigset_t& signals);

} // namespace endpoint::load
