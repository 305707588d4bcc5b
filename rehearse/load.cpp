#include "rehearse/load.hpp"

#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/outcome.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::rehearse {

using engine::Error;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::milliseconds interval{100};
// Of balancers, to notice that a server is back.
constexpr std::chrono::seconds slack{3};
constexpr std::size_t lines_kept = 10;
// A shell says so of a command that a signal ended.
constexpr int shell_says_signal = 128;

platform::Command command_of(const std::string& text,
                             std::map<std::string, std::string> environment) {
    platform::Command command;
    // Told to end, the shell waits for the program that it runs, and ends as that did; without the
    // trap it would be gone first, and take the program's word with it.
    command.argv = {"sh", "-c", "trap 'exit $?' TERM\n" + text};
    command.environment = std::move(environment);
    return command;
}

std::int64_t ms(Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

std::string said(const std::string& text) {
    return text.empty() ? ", and said nothing" : "; it said: " + text;
}

} // namespace

std::string how_it_ended(const platform::Finished& finished) {
    return finished.signal != 0 ? fmt::format("signal {}", finished.signal)
                                : fmt::format("exit code {}", finished.exit_code);
}

CommandLoad::CommandLoad(const std::string& text, std::map<std::string, std::string> environment,
                         std::string log_file, std::chrono::milliseconds grace) :
    text_(text),
    log_file_(std::move(log_file)), grace_(grace),
    companion_(command_of(text, std::move(environment)), log_file_) {}

std::string CommandLoad::last_said() const {
    std::vector<std::string> lines =
        platform::lines(platform::readable(platform::read_end(log_file_, 4000)));
    if (lines.size() > lines_kept)
        lines.erase(lines.begin(), lines.end() - lines_kept);
    return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string CommandLoad::ended(std::chrono::milliseconds limit) {
    const auto finished = companion_.ended(limit);
    return finished ? fmt::format("the load command ended with {}{}", how_it_ended(*finished),
                                  said(last_said()))
                    : "";
}

void CommandLoad::end(Clients& seen, std::optional<std::chrono::milliseconds>) {
    seen.what = text_;
    const bool by_itself = companion_.ended().has_value();
    const platform::Finished finished = companion_.end(grace_);
    seen.ended = how_it_ended(finished);
    seen.last_said = last_said();
    if (by_itself)
        throw Error(fmt::format("the load command ended with {} before it was told to{}",
                                seen.ended, said(seen.last_said)))
            .remedy("have it go on until SIGTERM");
    if (finished.timed_out) {
        seen.ended += ", killed";
        throw Error(fmt::format("the load command did not end within {} s of SIGTERM, and was "
                                "killed{}",
                                std::chrono::duration_cast<std::chrono::seconds>(grace_).count(),
                                said(seen.last_said)))
            .remedy("have it end at SIGTERM, or give it more time with --load-grace");
    }
    const bool by_our_signal =
        finished.signal == SIGTERM || finished.exit_code == shell_says_signal + SIGTERM;
    if (!finished.ok() && !by_our_signal)
        throw Error(
            fmt::format("the load command ended with {}{}", seen.ended, said(seen.last_said)))
            .remedy("see what its clients found");
}

ProbeLoad::ProbeLoad(std::vector<cluster::ProbeTarget> targets) : targets_(std::move(targets)) {
    for (const cluster::ProbeTarget& target : targets_)
        threads_.emplace_back([this, &target](const std::stop_token& stop) { ask(stop, target); });
}

ProbeLoad::~ProbeLoad() = default;

void ProbeLoad::ask(const std::stop_token& stop, const cluster::ProbeTarget& target) {
    auto right = Clock::now();
    while (!stop.stop_requested()) {
        const auto begun = Clock::now();
        const std::optional<std::string> fault = cluster::ask(target);
        const auto answered = Clock::now();
        {
            const std::scoped_lock lock(mutex_);
            ++seen_.asked;
            if (fault) {
                ++seen_.failed;
                if (seen_.first_failure.empty())
                    seen_.first_failure = *fault;
            }
            seen_.longest_gap_ms = std::max(seen_.longest_gap_ms, ms(answered - right));
        }
        if (!fault)
            right = answered;
        std::this_thread::sleep_until(begun + interval);
    }
}

std::string ProbeLoad::what() const {
    std::vector<std::string> asked;
    for (const cluster::ProbeTarget& target : targets_) {
        if (const auto* http = std::get_if<cluster::HttpTarget>(&target.how))
            asked.push_back("GET " + http->url);
        else if (const auto* tcp = std::get_if<cluster::TcpTarget>(&target.how))
            asked.push_back("connection to " + tcp->address);
        else
            asked.push_back("probe " + target.name);
    }
    return fmt::format("{}", fmt::join(asked, ", "));
}

std::string ProbeLoad::ended(std::chrono::milliseconds limit) {
    std::this_thread::sleep_for(limit);
    return "";
}

void ProbeLoad::end(Clients& seen, std::optional<std::chrono::milliseconds> outage) {
    for (std::jthread& thread : threads_)
        thread.request_stop();
    threads_.clear();
    seen = seen_;
    seen.what = what();
    const bool within =
        outage && seen.longest_gap_ms <= std::chrono::milliseconds(*outage + slack).count();
    if (seen.failed > 0 && !within)
        throw Error(fmt::format("{} of {} polls failed, the longest gap was {} ms; the first: {}",
                                seen.failed, seen.asked, seen.longest_gap_ms, seen.first_failure))
            .remedy("see the logs of balancers and servers");
}

} // namespace locum::rehearse
