#pragma once
// Children: run to the end with a time limit, or started to outlive this process. On Linux with
// Boost.Process v1 behind it, its traps closed (linux/process.cpp names them).
//
// Windows has no signals. A process that is told TERM, INT or QUIT there hears of it by an event,
// where it waits for one as StopSignals do, else as CTRL_BREAK; KILL ends it at once. An end by one
// of these is told as signal 15 or 9, a crash as 11; other signals cannot be sent. A batch file
// (.bat, .cmd) can be executed, but not with every argument (platform/command_line.hpp).

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace locum::platform {

struct Command {
    // Nothing secret in either: others can read them (platform/secret_file.hpp).
    // argv[0]: a path, or a name sought on PATH (platform/program.hpp).
    std::vector<std::string> argv;
    std::map<std::string, std::string> environment; // on top of this process's own
    // False: of this process's environment it gets PATH only, and on Windows what no program can do
    // without there (SystemRoot, TEMP, …).
    bool inherits = true;
    std::string folder; // working folder; empty: this one's
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

// Throws Error where the program cannot be started. At the time limit, and where this process ends
// before it, it is killed with its group (Windows: with all that it started); what it leaves behind
// at an end of its own goes on.
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
    // Clock ticks since boot (field 22 of /proc/PID/stat); Windows: when it was created, in 100 ns
    // since 1601.
    std::uint64_t started = 0;
    std::string executable; // resolved path, when it was started
    // Which boot of the system it belongs to; empty: not known. Where it is known, the process
    // stays the same whatever it executes by now, as a start script that execs its server does.
    std::string boot = {};
    bool operator==(const ProcessId&) const = default;
};

struct DetachedCommand {
    std::vector<std::string> argv;
    // All of it; nothing is inherited but PATH and LANG, and on Windows what Command::inherits
    // says.
    std::map<std::string, std::string> environment;
    std::string folder;   // empty: "/"; Windows: the system's folder
    std::string log_file; // standard output and error are appended to it (0600); empty: dropped
    // The child writes its own /proc/self/stat and its executable here before it executes, so that
    // it can be found even if its starter died right after the fork. Replaced by one rename.
    // Windows: its starter writes pid, start time and executable before it lets it run.
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
// is a pid that belongs to another process by now: that one gets nothing. Windows: "TERM", "INT"
// and "QUIT" are the same; one that hears neither of event nor of CTRL_BREAK (it has no console, or
// this process sits at a terminal and it does not) goes on, so wait_end() and "KILL" belong behind
// it. Throws Error(usage) for another name there.
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
