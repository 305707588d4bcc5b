#pragma once
// The numbers of a run, over all clients.

#include "examples/common/load/instant.hpp"

#include <cstdio>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace example::load {

// Every request ends in exactly one of these. stale is right, but older than what had been
// acknowledged, as update mode allows; refused is a write's declared 503 with Retry-After.
enum class Result { right, stale, refused, failed, wrong };

struct Outcome {
    Result result = Result::right;
    bool write = false;
    bool sent = true;    // false: surely no server got the request
    bool waited = false; // in the balancer, since no server was in rotation
    Instant started;
    Instant ended;
    std::string node; // that answered, or the front where none did
    std::string what; // failed, wrong: the request and what came of it
    std::int64_t staleness_ms = 0;
};

struct Totals {
    std::int64_t requests = 0;
    std::int64_t failed = 0;
    std::int64_t wrong = 0;
    std::int64_t waited = 0;
    std::int64_t stale = 0;
    std::int64_t staleness_max_ms = 0;
    std::int64_t writes_acknowledged = 0;
    std::int64_t writes_refused = 0;
    std::int64_t longest_gap_ms = 0;
    std::int64_t outage_ms = 0;
    std::int64_t write_outage_ms = 0;
};

// What happened since the last call of Figures::lately().
struct Lately {
    std::int64_t ok = 0; // right or stale
    std::int64_t failed = 0;
    std::int64_t wrong = 0;
    std::int64_t refused = 0;
    std::int64_t stale = 0;
    std::map<std::string, std::int64_t> nodes; // right answers by node
};

class Figures {
public:
    // The first failed and wrong requests are told on `complaints` as they come, by `program`.
    Figures(std::string program, const Instant& start, std::FILE* complaints);
    const std::string& program() const { return program_; }

    void record(const Outcome& outcome);
    Lately lately();
    Totals totals(const Instant& end) const; // what is open at the end counts until then

private:
    // The time from a first bad request to the next good one, summed up.
    class Outage {
    public:
        explicit Outage(const Instant& start) : last_good_ns_(start.ns) {}
        void bad(const Outcome& outcome);
        void good(const Outcome& outcome);
        std::int64_t ms(const Instant& end) const;

    private:
        std::int64_t last_good_ns_;
        std::optional<std::int64_t> since_ns_;
        std::int64_t sum_ns_ = 0;
    };

    void complain(const Outcome& outcome);

    const std::string program_;
    const Instant start_;
    std::FILE* complaints_;
    mutable std::mutex mutex_;
    Totals totals_;
    Lately lately_;
    Outage outage_;
    Outage write_outage_;
    std::int64_t last_right_ns_;
    std::int64_t longest_gap_ns_ = 0;
};

} // namespace example::load
