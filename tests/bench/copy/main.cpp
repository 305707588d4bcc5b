// Copies the database of the environment (BENCH_HOST, BENCH_PORT, BENCH_DATABASE, BENCH_USER) into
// the file of the first argument. Prints one JSON line: seconds until all is written and synced,
// the greatest resident memory of this process by then, and, apart from these, the checksums of
// both sides.

#include "datasource/checksum.hpp"
#include "datasource/copy.hpp"
#include "engine/error.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace locum;

namespace {

using Clock = std::chrono::steady_clock;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr)
        throw engine::Error(std::string("the environment has no ") + name, engine::Kind::usage);
    return value;
}

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

long peak_kib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

int run(const std::string& target) {
    datasource::CopyRequest request;
    request.source.kind = datasource::Kind::postgresql;
    request.source.host = variable("BENCH_HOST");
    request.source.port = static_cast<std::uint16_t>(std::stoi(variable("BENCH_PORT")));
    request.source.database = variable("BENCH_DATABASE");
    request.source.locum.user = variable("BENCH_USER");
    request.target = target;
    request.checksums = false;
    engine::SilentReporter silent;
    const auto begin = Clock::now();
    const datasource::CopyResult result = datasource::copy(request, silent);
    const double copied = seconds_since(begin);
    const long peak = peak_kib();

    const auto checking = Clock::now();
    const auto source = datasource::connect(request.source, request.source.locum);
    const auto copy = datasource::connect_file(target, {});
    std::int64_t rows = 0;
    bool equal = true;
    std::string sum;
    for (const datasource::Table& table : datasource::read_schema(*source).tables) {
        const auto there = datasource::checksum(*source, table);
        equal = equal && there == datasource::checksum(*copy, table);
        rows += there.rows;
        sum = there.sum;
    }
    fmt::print("{{\"seconds\": {:.2f}, \"peak_kib\": {}, \"rows\": {}, \"bytes\": {}, "
               "\"checksum_seconds\": {:.2f}, \"equal\": {}, \"checksum\": \"{}\", "
               "\"peak_kib_with_checksums\": {}}}\n",
               copied, peak, rows, result.bytes, seconds_since(checking), equal, sum, peak_kib());
    return equal ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    try {
        if (argc != 2)
            throw engine::Error("usage: bench-copy FILE", engine::Kind::usage);
        return run(argv[1]);
    } catch (const engine::Error& error) {
        std::fprintf(stderr, "bench-copy: %s\n", error.one_line().c_str());
        return 1;
    }
}
