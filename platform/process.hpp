#pragma once
// Children: run to the end with a time limit, or started to outlive this process. Boost.Process v1
// behind it, with its traps closed (linux/process.cpp names them).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

struct Command {
    // Nothing secret in either: others can read them (platform/secret_file.hpp).
    std::vector<std::string> argv;                  // argv[0]: a path, or a name sought on PATH
    std::map<std::string, std::string> environment; // on top of this process's own
    bool inherits = true; // false: of this process's environment it gets PATH only
    std::string folder;   // working folder; empty: this one's
    std::string input;
    std::chrono::milliseconds time_limit{60'000};
    // Of each stream: as many bytes of its beginning and of its end are kept as half of it, at
    // least.
    std::size_t output_limit = 1U << 20;
};

struct Finished {
    int exit_code = 0; // meaningful where signal is 0
    int signal = 0;
    bool timed_out = false; // then it and its group were killed
    std::string output = {};
    std::string errors = {};
    bool ok() const { return exit_code == 0 && signal == 0 && !timed_out; }
};

// Throws Error where the program cannot be started.
Finished run(const Command& command);
// The same; throws Error with the last lines of its standard error unless ok().
Finished run_checked(const Command& command);

// In this process's place at the terminal: with its standard streams and environment. Ctrl-C is for
// the child then, not for this process; SIGTERM is passed on to it. Returns its exit code, or 128
// and the number of the signal that ended it. Throws Error where the program cannot be started.
int run_in_front(const std::vector<std::string>& argv);

// A process as the system knows it, over restarts of whoever started it.
struct ProcessId {
    std::int64_t pid = 0;
    std::uint64_t started = 0; // clock ticks since boot (field 22 of /proc/PID/stat)
    std::string executable;    // resolved path, when it was started
    // Which boot of the system it belongs to; empty: not known. Where it is known, the process
    // stays the same whatever it executes by now, as a start script that execs its server does.
    std::string boot = {};
    bool operator==(const ProcessId&) const = default;
};

struct DetachedCommand {
    std::vector<std::string> argv;
    // All of it; nothing is inherited but PATH and LANG.
    std::map<std::string, std::string> environment;
    std::string folder;   // empty: "/"
    std::string log_file; // standard output and error are appended to it (0600); empty: dropped
    // The child writes its own /proc/self/stat and its executable here before it executes, so that
    // it can be found even if its starter died right after the fork. Replaced by one rename.
    std::string record_file;
    // Names (platform/capabilities.hpp). It gets those of them that this process has, no others.
    std::vector<std::string> capabilities = {};
};

// Starts it in a session of its own, without inherited descriptors and with no blocked signals. It
// is init's child, not ours: it is never our zombie, and does not notice our end. Throws Error
// where it cannot be executed; then there is no record.
ProcessId start_detached(const DetachedCommand& command);
// The process that a record file tells of, whether it lives or not; nullopt: no record. Its
// executable is the recorded one; `executable` is used where the record names none.
std::optional<ProcessId> recorded(const std::string& record_file, const std::string& executable);

// Alive with this pid and start time, and with this boot or, where that is not known, this
// executable (a zombie is not alive; a program whose file was replaced or removed is). Where the
// executable of another user's process cannot be read, pid and start time decide.
bool alive(const ProcessId& process);
// To the process, or to its whole session's group. name: "TERM", "KILL", "USR2", … Gone is fine; so
// is a pid that belongs to another process by now: that one gets nothing.
void send_signal(const ProcessId& process, const std::string& name, bool group = false);
// True if it ended within the time; reaps it where it is a child.
bool wait_end(const ProcessId& process, std::chrono::milliseconds limit);
ProcessId self();

struct RunningCommand {
    std::int64_t pid = 0;
    std::vector<std::string> argv;
};
// Of this system's processes, those of containers on it left out, as far as this user may tell.
std::vector<RunningCommand> running_commands();

} // namespace locum::platform
