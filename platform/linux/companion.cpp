#include "platform/companion.hpp"

#include "platform/linux/launch.hpp"
#include "platform/linux/system.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace locum::platform {

namespace {

using Clock = std::chrono::steady_clock;

// The leader is reaped by then, so its id stands for nothing but what is left of the group.
bool group_is_there(pid_t group) {
    return ::killpg(group, 0) == 0 || errno == EPERM;
}

} // namespace

struct Companion::State {
    pid_t pid = 0;
};

Companion::Companion(const Command& command, const std::string& log_file) {
    const Descriptor input = open_path("open", "/dev/null", O_RDONLY);
    const Descriptor log =
        open_path("write", log_file, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    state_ = std::make_unique<State>(State{launch(command, input.get(), log.get(), log.get())});
}

Companion::~Companion() {
    if (!finished_)
        end(std::chrono::milliseconds(0));
}

std::optional<Finished> Companion::ended(std::chrono::milliseconds limit) {
    if (finished_)
        return finished_;
    const pid_t pid = state_->pid;
    const Descriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!handle)
        throw path_error("watch", "a child process", errno);
    pollfd waited{handle.get(), POLLIN, 0};
    const auto deadline = Clock::now() + limit;
    for (;;) {
        const auto left =
            std::max(std::chrono::milliseconds(0),
                     std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()));
        const int count = ::poll(&waited, 1, static_cast<int>(left.count()));
        if (count == 0)
            return std::nullopt;
        if (count > 0)
            break;
        if (errno != EINTR)
            throw path_error("watch", "a child process", errno);
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            throw path_error("learn the end of", "a child process", errno);
    finished_ = Finished{};
    if (WIFSIGNALED(status))
        finished_->signal = WTERMSIG(status);
    else
        finished_->exit_code = WEXITSTATUS(status);
    return finished_;
}

Finished Companion::end(std::chrono::milliseconds grace) {
    const pid_t group = state_->pid;
    const auto deadline = Clock::now() + grace;
    ::killpg(group, SIGTERM);
    const bool in_time = ended(grace).has_value();
    // A shell may be gone before what it started is.
    while (in_time && group_is_there(group) && Clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const bool hangs = !in_time || group_is_there(group);
    ::killpg(group, SIGKILL);
    while (!ended(std::chrono::seconds(1))) {
    }
    finished_->timed_out = hangs;
    return *finished_;
}

} // namespace locum::platform
