#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/linux/stat.hpp"
#include "platform/linux/system.hpp"
#include "platform/native_process.hpp"
#include "platform/process.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace locum::platform {

namespace {

template <class Number>
bool parse_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

Descriptor open_process(std::int64_t pid) {
    return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0)));
}

int number_of_signal(const std::string& name) {
    const std::string_view plain = std::string_view(name).substr(name.starts_with("SIG") ? 3 : 0);
    for (int number = 1; number < NSIG; ++number)
        if (const char* known = ::sigabbrev_np(number); known != nullptr && plain == known)
            return number;
    throw engine::Error(fmt::format("'{}' is not the name of a signal", name), engine::Kind::usage)
        .remedy("use a name such as TERM, KILL, HUP or USR2");
}

[[noreturn]] void cannot_signal(const ProcessId& process, const std::string& name, int number) {
    throw path_error("send " + name + " to",
                     fmt::format("process {} ({})", process.pid, process.executable), number);
}

} // namespace

std::optional<Stat> parse_stat(std::string_view text) {
    Stat stat;
    const std::size_t open = text.find(" (");
    const std::size_t close = text.rfind(") ");
    if (open == std::string_view::npos || close == std::string_view::npos || close < open ||
        !parse_number(text.substr(0, open), stat.pid))
        return std::nullopt;
    text.remove_prefix(close + 2);
    std::array<std::string_view, 20> fields; // from the third on
    for (std::string_view& field : fields) {
        field = text.substr(0, text.find_first_of(" \n"));
        text.remove_prefix(std::min(text.size(), field.size() + 1));
    }
    if (fields[0].size() != 1 || !parse_number(fields[2], stat.group) ||
        !parse_number(fields[3], stat.session) || !parse_number(fields[19], stat.started))
        return std::nullopt;
    stat.state = fields[0].front();
    return stat;
}

std::optional<Stat> stat_of(std::int64_t pid) {
    return parse_stat(kernel_text(fmt::format("/proc/{}/stat", pid)));
}

std::optional<ProcessId> parse_record_line(std::string_view line) {
    const std::optional<Stat> stat = parse_stat(line);
    return stat ? std::optional(ProcessId{stat->pid, stat->started, "", ""}) : std::nullopt;
}

std::string record_line_form() {
    return "a line of /proc/PID/stat";
}

bool runs_since(const ProcessId& process) {
    const std::optional<Stat> stat = stat_of(process.pid);
    return stat && stat->started == process.started && stat->state != 'Z' && stat->state != 'X';
}

std::optional<std::string> executable_of_process(std::int64_t pid) {
    std::string executable = link_text(fmt::format("/proc/{}/exe", pid));
    if (executable.empty() && errno == EACCES)
        return std::nullopt;
    return executable;
}

bool same_executable(const std::string& one, const std::string& other) {
    return one == other;
}

void send_signal(const ProcessId& process, const std::string& name, bool group) {
    const int number = number_of_signal(name);
    // Who has the pid now is asked after the descriptor is open: it stays with that process, so a
    // pid that is used anew in between is never signalled.
    const Descriptor handle = open_process(process.pid);
    if (!handle && errno != ESRCH)
        cannot_signal(process, name, errno);
    if (!handle || !alive(process))
        return;
    if (!group) {
        if (::syscall(SYS_pidfd_send_signal, handle.get(), number, nullptr, 0) != 0 &&
            errno != ESRCH)
            cannot_signal(process, name, errno);
        return;
    }
    const std::optional<Stat> stat = stat_of(process.pid);
    if (!stat)
        return;
    if (stat->group != process.pid)
        throw engine::Error(fmt::format("process {} ({}) does not lead a group of its own (its "
                                        "group is {})",
                                        process.pid, process.executable, stat->group))
            .remedy("signal the process alone, or start it with a session of its own");
    if (::kill(static_cast<pid_t>(-process.pid), number) != 0 && errno != ESRCH)
        cannot_signal(process, name, errno);
}

bool wait_end(const ProcessId& process, std::chrono::milliseconds limit) {
    const Descriptor handle = open_process(process.pid);
    if (!handle && errno != ESRCH)
        throw path_error("wait for", fmt::format("process {}", process.pid), errno);
    const std::optional<Stat> stat = stat_of(process.pid);
    if (!handle || !stat || stat->started != process.started)
        return true;
    const auto deadline = std::chrono::steady_clock::now() + limit;
    pollfd poll_for{handle.get(), POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const int ready =
            ::poll(&poll_for, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready < 0)
            throw path_error("wait for", fmt::format("process {}", process.pid), errno);
        if (ready == 0)
            return false;
        siginfo_t info{};
        ::waitid(P_PIDFD, static_cast<id_t>(handle.get()), &info,
                 WEXITED | WNOHANG); // if it is ours
        return true;
    }
}

std::vector<RunningCommand> running_commands() {
    const std::string own_mounts = link_text("/proc/self/ns/mnt");
    std::vector<RunningCommand> running;
    for (const std::string& name : list_folder("/proc")) {
        if (name.find_first_not_of("0123456789") != name.npos ||
            link_text("/proc/" + name + "/ns/mnt") != own_mounts)
            continue;
        RunningCommand command{std::stoll(name), {}};
        const std::string text = kernel_text("/proc/" + name + "/cmdline");
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t end = std::min(text.find('\0', at), text.size());
            command.argv.push_back(text.substr(at, end - at));
            at = end + 1;
        }
        if (!command.argv.empty()) // a kernel thread, or just gone
            running.push_back(std::move(command));
    }
    return running;
}

ProcessId self() {
    const std::optional<Stat> stat = stat_of(::getpid());
    if (!stat)
        throw path_error("read", "/proc/self/stat", ENOENT);
    return {stat->pid, stat->started, this_program(), ""};
}

} // namespace locum::platform
