#include "examples/endpoint-manager/load/run.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cmath>

namespace {

using namespace endpoint::load;

std::string figures_of(const Report& report) {
    const example::load::Totals& totals = report.totals;
    const nlohmann::ordered_json figures{{"requests", totals.requests},
                                         {"failed", totals.failed},
                                         {"wrong", totals.wrong},
                                         {"waited", totals.waited},
                                         {"stale", totals.stale},
                                         {"staleness_max_ms", totals.staleness_max_ms},
                                         {"writes_acknowledged", totals.writes_acknowledged},
                                         {"writes_refused", totals.writes_refused},
                                         {"writes_lost", report.writes_lost},
                                         {"longest_gap_ms", totals.longest_gap_ms},
                                         {"outage_ms", totals.outage_ms},
                                         {"write_outage_ms", totals.write_outage_ms},
                                         {"seconds", std::round(report.seconds * 10) / 10}};
    return figures.dump() + "\n";
}

} // namespace

int main(int argc, char** argv) {
    const Parsed parsed = parse_options(argc, argv);
    if (parsed.exit_code) {
        return *parsed.exit_code;
    }
    const sigset_t signals = example::load::block_signals();
    try {
        const Report report = run(parsed.options, signals);
        example::load::write_figures(parsed.options.out, figures_of(report));
        const example::load::Totals& totals = report.totals;
        return totals.failed + totals.wrong + report.writes_lost == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        fmt::print(stderr, "endpoint-load: {}\n", error.what());
        return 2;
    }
}
