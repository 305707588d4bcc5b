// Starts what outlives us. Not with Boost.Process: its children stay this process's own, and it
// offers no place after a second fork in which to write the record.
//
// The process is forked twice and so belongs to init from the start: it is the same process whether
// its starter lives or not, it is never our zombie, and an agent that adopts it and the agent that
// started it have the same means. Between fork and exec there are async-signal-safe calls only.
#include "platform/capabilities.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/linux/capabilities.hpp"
#include "platform/linux/spawn.hpp"
#include "platform/linux/stat.hpp"
#include "platform/linux/system.hpp"
#include "platform/process.hpp"
#include "platform/program.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace locum::platform {

namespace {

enum class Stage : int { fork = 1, folder, streams, record, capabilities, execute };

struct Failure {
    Stage stage;
    int number;
};

// All that the child needs, made before the fork.
struct Prepared {
    std::string program;
    // The record's second and third line: links may be switched before they are read.
    std::string executable_and_boot;
    std::vector<std::string> environment;
    std::vector<char*> argv;
    std::vector<char*> envp;
    std::string folder;
    std::string record;
    std::string fresh_record;
    std::uint64_t capabilities = 0; // bits
    int log = -1;
    int null = -1;
    int report = -1;
};

[[noreturn]] void give_up(const Prepared& prepared, Stage stage) {
    const Failure failure{stage, errno};
    if (!prepared.record.empty()) {
        ::unlink(prepared.fresh_record.c_str());
        ::unlink(prepared.record.c_str());
    }
    [[maybe_unused]] const ssize_t told = ::write(prepared.report, &failure, sizeof failure);
    ::_exit(127);
}

void write_record(const Prepared& prepared) {
    std::array<char, 2048> stat{};
    const int source = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    const ssize_t length = source < 0 ? -1 : ::read(source, stat.data(), stat.size());
    if (length <= 0)
        give_up(prepared, Stage::record);
    const auto size = static_cast<std::size_t>(length);
    if (!prepared.record.empty()) {
        const std::string& rest = prepared.executable_and_boot;
        // Renamed when complete, so that a reader sees a whole record or none.
        const int file =
            ::open(prepared.fresh_record.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (file < 0 || ::write(file, stat.data(), size) != length ||
            ::write(file, rest.data(), rest.size()) != static_cast<ssize_t>(rest.size()) ||
            ::rename(prepared.fresh_record.c_str(), prepared.record.c_str()) != 0)
            give_up(prepared, Stage::record);
    }
    [[maybe_unused]] const ssize_t told = ::write(prepared.report, stat.data(), size);
}

[[noreturn]] void become(const Prepared& prepared) {
    // Our starter may be gone before it has read what we report.
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &ignore, nullptr);
    ::setsid();
    if (::chdir(prepared.folder.c_str()) != 0)
        give_up(prepared, Stage::folder);
    if (::dup2(prepared.null, STDIN_FILENO) < 0 || ::dup2(prepared.log, STDOUT_FILENO) < 0 ||
        ::dup2(prepared.log, STDERR_FILENO) < 0)
        give_up(prepared, Stage::streams);
    write_record(prepared);
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    reset_signals();
    if (!keep_capabilities(prepared.capabilities))
        give_up(prepared, Stage::capabilities);
    ::execve(prepared.program.c_str(), prepared.argv.data(), prepared.envp.data());
    ::sigaction(SIGPIPE, &ignore, nullptr);
    give_up(prepared, Stage::execute);
}

[[noreturn]] void fork_again(const Prepared& prepared) {
    const pid_t pid = ::_Fork(); // fork() itself is not async-signal-safe
    if (pid == 0)
        become(prepared);
    if (pid < 0)
        give_up(prepared, Stage::fork);
    ::_exit(0);
}

engine::Error error_of(const Failure& failure, const Prepared& prepared) {
    switch (failure.stage) {
    case Stage::folder:
        return path_error("work in", prepared.folder, failure.number);
    case Stage::streams:
        return path_error("redirect", "the output of a process", failure.number);
    case Stage::record:
        return path_error("write", prepared.record, failure.number);
    case Stage::capabilities:
        return path_error("give capabilities to", prepared.program, failure.number);
    case Stage::fork:
        return path_error("start", prepared.program, failure.number);
    case Stage::execute:
        break;
    }
    return path_error("execute", prepared.program, failure.number);
}

void add_environment(const DetachedCommand& command, Prepared& prepared) {
    std::map<std::string, std::string> all = command.environment;
    for (const char* name : {"PATH", "LANG"})
        if (const char* value = std::getenv(name); value != nullptr)
            all.emplace(name, value);
    for (const auto& [name, value] : all)
        prepared.environment.push_back(fmt::format("{}={}", name, value));
    for (std::string& entry : prepared.environment)
        prepared.envp.push_back(entry.data());
    prepared.envp.push_back(nullptr);
}

} // namespace

ProcessId start_detached(const DetachedCommand& command) {
    Prepared prepared;
    std::vector<std::string> arguments = command.argv;
    prepared.program = find_program(arguments);
    const std::string executable = executable_of(prepared.program);
    const std::string boot = boot_id();
    prepared.executable_and_boot = executable + "\n" + boot;
    for (std::string& argument : arguments)
        prepared.argv.push_back(argument.data());
    prepared.argv.push_back(nullptr);
    add_environment(command, prepared);
    for (const std::string& name : command.capabilities)
        if (const auto number = capability_number(name))
            prepared.capabilities |= std::uint64_t{1} << static_cast<unsigned>(*number);
    prepared.folder = command.folder.empty() ? "/" : absolute(command.folder);
    if (!command.record_file.empty()) {
        prepared.record = absolute(command.record_file);
        prepared.fresh_record = prepared.record + ".new";
    }
    const std::string log_name = command.log_file.empty() ? "/dev/null" : command.log_file;
    const Descriptor log = open_path("append to", log_name, O_WRONLY | O_APPEND | O_CREAT, 0600);
    const Descriptor null = open_path("read", "/dev/null", O_RDONLY);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw path_error("make", "a pipe for a process to start", errno);
    const Descriptor report(ends[0]);
    Descriptor child_end(ends[1]);
    prepared.log = log.get();
    prepared.null = null.get();
    prepared.report = child_end.get();

    pid_t between = 0;
    {
        const SignalsBlocked blocked; // until the child has reset what it inherits
        between = ::fork();
        if (between == 0)
            fork_again(prepared);
    }
    if (between < 0)
        throw path_error("start", prepared.program, errno);
    child_end.close();
    while (::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
    }

    // The child's stat line, then nothing: exec has closed the pipe. Or a Failure behind it.
    const std::string said = read_all(report.get(), 1U << 16, "the report of a started process");
    const std::size_t end = said.find('\n');
    const std::string rest = end == std::string::npos ? said : said.substr(end + 1);
    if (rest.size() >= sizeof(Failure)) {
        Failure failure{};
        std::memcpy(&failure, rest.data(), sizeof failure);
        throw error_of(failure, prepared);
    }
    const std::optional<Stat> stat = parse_stat(said);
    if (!stat)
        throw engine::Error(fmt::format("{} ended before it was executed", shown(command.argv)))
            .remedy(fmt::format("look at {} and start it again", log_name));
    return {stat->pid, stat->started, executable, boot};
}

} // namespace locum::platform
