#pragma once
// Commands that change something run once: a repeated one waits for the first or gets its answer
// from the journal, and a command of an older epoch is refused.

#include "platform/journal_file.hpp"

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace locum::cluster {

// The epoch of a command that a node gives itself while it is installed: nobody else is concerned.
inline constexpr std::uint64_t no_lease = 0;

class CommandLog {
public:
    explicit CommandLog(const std::string& file);

    // A command is "subject@epoch": of one subject one command runs at a time, so the next
    // coordinator's command waits for what its predecessor's still does. Runs work, or returns what
    // it returned. A command that failed, or that died with the agent, is run again. Throws
    // Error(busy) for an epoch below the greatest that was seen.
    std::string once(const std::string& command, const std::string& operation, std::uint64_t epoch,
                     const std::function<std::string()>& work);
    // Of all commands that were admitted; no_lease: of none.
    std::uint64_t greatest_epoch();

private:
    void admit(std::uint64_t epoch);

    std::mutex mutex_;
    std::condition_variable ended_;
    platform::JournalFile journal_;
    std::map<std::string, std::string> results_;
    std::set<std::string> running_;
    std::uint64_t greatest_epoch_ = 0;
};

} // namespace locum::cluster
