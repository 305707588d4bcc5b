#include "cluster/clock.hpp"

#include "cluster/membership.hpp"
#include "cluster/transport_client.hpp"
#include "engine/error.hpp"
#include "platform/host.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <future>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using engine::Finding;
using engine::Severity;
using nlohmann::json;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int samples_each = 4; // one that was held up by a busy host does not count
constexpr milliseconds patience{3000};

ClockSample timed(Steady::time_point sent, std::int64_t asked_ms, std::int64_t theirs_ms) {
    const auto round_trip = Steady::now() - sent;
    return {asked_ms, std::chrono::duration_cast<std::chrono::microseconds>(round_trip), theirs_ms};
}

Clock ask(const std::string& ca_pin, const Address& agent) {
    Clock clock{agent.node, false, std::nullopt, ""};
    try {
        std::vector<ClockSample> samples;
        for (int i = 0; i < samples_each; ++i) {
            Steady::time_point sent;
            std::int64_t asked_ms = 0;
            const json answer =
                json::parse(clock_call("clock", ca_pin, {agent.node, agent.host, agent.port},
                                       [&] {
                                           sent = Steady::now();
                                           asked_ms = platform::now_ms();
                                       },
                                       {.connect_limit = patience, .silence_limit = patience}));
            samples.push_back(timed(sent, asked_ms, answer.at("now-ms")));
            if (clock.who.empty())
                clock.who = answer.at("node");
        }
        clock.ahead_ms = ahead_ms(samples);
    } catch (const engine::Error& error) {
        clock.why_not = error.one_line();
    } catch (const json::exception& error) {
        clock.why_not = fmt::format("no answer to `clock`: {}", error.what());
    }
    if (clock.who.empty())
        clock.who = fmt::format("{}:{}", agent.host, agent.port);
    return clock;
}

struct Known {
    std::vector<Deviation> all; // from the median
    bool majority = false;      // a median that says who is right
};

Known compare(const std::vector<Clock>& clocks) {
    Known known;
    std::vector<std::int64_t> ahead;
    for (const Clock& clock : clocks)
        if (clock.ahead_ms)
            ahead.push_back(*clock.ahead_ms);
    if (ahead.empty())
        return known;
    std::sort(ahead.begin(), ahead.end());
    const std::int64_t lower = ahead[(ahead.size() - 1) / 2];
    const std::int64_t upper = ahead[ahead.size() / 2];
    known.majority = ahead.size() > 2 && upper - lower <= milliseconds(clock_limit).count();
    for (const Clock& clock : clocks)
        if (clock.ahead_ms)
            known.all.push_back(
                {clock.who, clock.database, *clock.ahead_ms - (lower + (upper - lower) / 2)});
    return known;
}

std::string seconds(std::int64_t ms) {
    return fmt::format("{:.1f} s", static_cast<double>(std::abs(ms)) / 1000);
}

std::string off_by(const Deviation& one) {
    return fmt::format("{} {} {}",
                       one.database ? "the database's clock is" : one.who + "'s clock is",
                       seconds(one.ms), one.ms < 0 ? "behind" : "ahead");
}

std::string host_of(const Deviation& one) {
    return one.database ? "the database's host" : one.who;
}

std::string list(const std::vector<Clock>& clocks, const std::vector<Deviation>& all) {
    std::vector<std::string> parts;
    for (const Deviation& one : all)
        parts.push_back(fmt::format("{} {}{}", one.database ? "the database" : one.who,
                                    one.ms <= -50 ? "-" : "+", seconds(one.ms))); // no "-0.0 s"
    for (const Clock& clock : clocks)
        if (!clock.ahead_ms)
            parts.push_back(clock.who + " unknown");
    return fmt::format("{}", fmt::join(parts, ", "));
}

constexpr const char* set_right =
    "timedatectl set-ntp true, or where chrony runs: chronyc makestep; then see: timedatectl";

Finding too_far(const std::string& found, const std::string& where, bool database) {
    return {database ? "clock-database" : "clock",
            Severity::error,
            found,
            fmt::format("all clocks within {} s of each other", clock_limit.count()),
            fmt::format("set the clock right on {}: {}", where, set_right),
            database};
}

} // namespace

std::int64_t ahead_ms(const std::vector<ClockSample>& samples) {
    const ClockSample& best = *std::min_element(
        samples.begin(), samples.end(),
        [](const ClockSample& a, const ClockSample& b) { return a.round_trip < b.round_trip; });
    return best.theirs_ms -
           (best.asked_ms + std::chrono::duration_cast<milliseconds>(best.round_trip / 2).count());
}

std::vector<Clock> ask_clocks(const std::string& ca_pin, const std::vector<Address>& agents) {
    std::vector<std::future<Clock>> asked;
    for (const Address& agent : agents)
        asked.push_back(
            std::async(std::launch::async, [&ca_pin, &agent] { return ask(ca_pin, agent); }));
    std::vector<Clock> clocks;
    for (std::future<Clock>& one : asked)
        clocks.push_back(one.get());
    return clocks;
}

std::optional<std::int64_t> database_ahead_ms(datasource::Connection& database) {
    if (database.kind() != datasource::Kind::postgresql)
        return std::nullopt; // in this process, by this host's clock
    std::vector<ClockSample> samples;
    for (int i = 0; i < samples_each; ++i) {
        const std::int64_t asked_ms = platform::now_ms();
        const Steady::time_point sent = Steady::now();
        const datasource::Rows rows =
            database.query("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        samples.push_back(timed(sent, asked_ms, std::stoll(rows.at(0).at(0).value())));
    }
    return ahead_ms(samples);
}

Clock database_clock(std::optional<std::int64_t> ahead_ms) {
    return {"the database", true, ahead_ms, ""};
}

std::string clock_answer(const Layout& layout) {
    const std::string name = load_node_state(layout).name;
    return json{{"node", name}, {"now-ms", platform::now_ms()}}.dump();
}

std::string own_ca_pin(const Layout& layout) {
    return token::facts_of(load_identity(layout).ca_pem).pin;
}

std::vector<Deviation> deviations(const std::vector<Clock>& clocks, milliseconds limit) {
    Known known = compare(clocks);
    if (known.all.empty())
        return {};
    const auto [least, most] =
        std::minmax_element(known.all.begin(), known.all.end(),
                            [](const Deviation& a, const Deviation& b) { return a.ms < b.ms; });
    if (most->ms - least->ms <= limit.count())
        return {};
    // Some on either side of the median may be too far from each other, and none from it.
    const bool any = known.majority &&
                     std::any_of(known.all.begin(), known.all.end(), [&](const Deviation& one) {
                         return std::abs(one.ms) > limit.count();
                     });
    const std::int64_t far = any ? limit.count() : limit.count() / 2;
    std::erase_if(known.all, [&](const Deviation& one) { return std::abs(one.ms) <= far; });
    return known.all;
}

std::vector<Finding> clock_findings(const std::vector<Clock>& clocks) {
    std::vector<Finding> findings;
    for (const Clock& clock : clocks)
        if (!clock.ahead_ms)
            findings.push_back(
                {"clock-unknown", Severity::warning,
                 fmt::format("{}'s clock cannot be asked: {}", clock.who, clock.why_not), "",
                 "compare it by hand (timedatectl); an older Locum does not tell it"});
    const Known known = compare(clocks);
    const std::vector<Deviation> off = deviations(clocks, clock_limit);
    if (off.empty())
        return findings;
    const std::string all = list(clocks, known.all);
    if (!known.majority) {
        std::vector<std::string> hosts;
        for (const Deviation& one : off)
            hosts.push_back(host_of(one));
        // Of two, the other one is a node as well, unless it is the database's host.
        const bool database =
            std::any_of(off.begin(), off.end(), [](const Deviation& one) { return one.database; });
        const auto [least, most] =
            std::minmax_element(off.begin(), off.end(),
                                [](const Deviation& a, const Deviation& b) { return a.ms < b.ms; });
        findings.push_back(too_far(
            fmt::format("clocks {} apart, and no majority says who is right (from their middle: "
                        "{})",
                        seconds(most->ms - least->ms), all),
            fmt::format("{}, whichever is wrong", fmt::join(hosts, " or ")),
            database && off.size() == 2));
        return findings;
    }
    for (const Deviation& one : off)
        findings.push_back(too_far(
            fmt::format("{} (from the median of {}: {})", off_by(one), known.all.size(), all),
            host_of(one), one.database));
    return findings;
}

std::vector<std::string> clock_warnings(const std::vector<Clock>& clocks) {
    std::vector<std::string> lines;
    for (const Deviation& one : deviations(clocks, clock_limit / 2))
        lines.push_back(fmt::format("{}{} the others' (at most {} s is allowed)", off_by(one),
                                    one.ms < 0 ? "" : " of", clock_limit.count()));
    return lines;
}

} // namespace locum::cluster
