#pragma once
// Clients of the suite, from before the upgrade until after it.

#include "cluster/probe.hpp"
#include "platform/companion.hpp"
#include "rehearse/report.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace locum::rehearse {

class Load {
public:
    virtual ~Load() = default;
    // Why it goes on no more; empty: it goes on. Waits for that so long.
    virtual std::string ended(std::chrono::milliseconds limit) = 0;
    // Ends it. What it saw is in `seen` whatever comes; throws Error(failed) where something of it
    // failed. outage: of a downtime that was asked for, measured; polls that fail for about so long
    // are right then. A command's own word counts in any case.
    virtual void end(Clients& seen, std::optional<std::chrono::milliseconds> outage) = 0;
};

// A command for the shell. It is ended by SIGTERM; exit code 0, or that signal, is what counts as
// right. log_file: what it writes.
class CommandLoad final : public Load {
public:
    CommandLoad(const std::string& text, std::map<std::string, std::string> environment,
                std::string log_file, std::chrono::milliseconds grace);
    std::string ended(std::chrono::milliseconds limit) override;
    void end(Clients& seen, std::optional<std::chrono::milliseconds> outage) override;

private:
    std::string text_;
    std::string log_file_;
    std::chrono::milliseconds grace_;
    platform::Companion companion_;
    std::string last_said() const;
};

// Asks each target ten times a second, in a thread of its own.
class ProbeLoad final : public Load {
public:
    explicit ProbeLoad(std::vector<cluster::ProbeTarget> targets);
    ~ProbeLoad() override;
    std::string ended(std::chrono::milliseconds limit) override;
    void end(Clients& seen, std::optional<std::chrono::milliseconds> outage) override;
    // What is asked, for people.
    std::string what() const;

private:
    std::vector<cluster::ProbeTarget> targets_;
    std::mutex mutex_;
    Clients seen_;
    std::vector<std::jthread> threads_; // last: they end before what they use goes

    void ask(const std::stop_token& stop, const cluster::ProbeTarget& target);
};

// What says how it ended: "exit code 3", "signal 9".
std::string how_it_ended(const platform::Finished& finished);

} // namespace locum::rehearse
