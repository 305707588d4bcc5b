#include "platform/lock.hpp"

#include "platform/linux/system.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sstream>
#include <sys/file.h>
#include <thread>
#include <unistd.h>

namespace locum::platform {

namespace {

struct Holder {
    long pid = 0;
    std::string since;
    std::string purpose;
};

Holder holder_of(const std::string& file) {
    std::istringstream lines(kernel_text(file));
    Holder holder;
    std::string pid;
    std::getline(lines, pid);
    std::getline(lines, holder.since);
    std::getline(lines, holder.purpose);
    holder.pid = std::strtol(pid.c_str(), nullptr, 10);
    return holder;
}

bool exists(long pid) {
    return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

engine::Error busy(const std::string& file) {
    // A holder that took the lock just now may not have written its name yet.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    Holder holder = holder_of(file);
    while (!exists(holder.pid) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        holder = holder_of(file);
    }
    if (!exists(holder.pid))
        return engine::Error(
                   fmt::format("{} is locked by a process that did not leave its name", file),
                   engine::Kind::busy)
            .remedy(fmt::format("find it with: fuser -v {}", file));
    return engine::Error(fmt::format("{} runs already: process {} since {} ({} is locked)",
                                     holder.purpose, holder.pid, holder.since, file),
                         engine::Kind::busy)
        .remedy(fmt::format("wait until it has ended, or look at it with: ps -fp {}", holder.pid));
}

} // namespace

struct Lock::State {
    Descriptor file;
    ~State() {
        if (file) [[maybe_unused]]
            const int cleared = ::ftruncate(file.get(), 0);
    }
};

Lock::Lock(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lock::Lock(Lock&&) noexcept = default;
Lock& Lock::operator=(Lock&&) noexcept = default;
Lock::~Lock() = default;

Lock Lock::take(const std::string& file, const std::string& purpose) {
    Descriptor descriptor = open_path("lock", file, O_RDWR | O_CREAT, 0600);
    while (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            throw busy(file);
        if (errno != EINTR)
            throw path_error("lock", file, errno);
    }
    const std::string content = fmt::format("{}\n{:%Y-%m-%d %H:%M:%S} UTC\n{}\n", ::getpid(),
                                            fmt::gmtime(std::time(nullptr)), purpose);
    if (::ftruncate(descriptor.get(), 0) != 0)
        throw path_error("write", file, errno);
    write_all(descriptor.get(), content, file);
    return Lock(std::unique_ptr<State>(new State{std::move(descriptor)}));
}

} // namespace locum::platform
