#include "engine/error.hpp"
#include "platform/process.hpp"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/extend.hpp>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fmt/format.h>
#include <sys/wait.h>

namespace locum::platform {

namespace {

// Blocked while it lives, so that they can be waited for; what is left of them at its end is
// dropped.
class TakenSignals {
public:
    TakenSignals() {
        std::signal(SIGCHLD, SIG_DFL); // ignored, it would not come
        sigemptyset(&set_);
        for (const int signal : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGCHLD})
            sigaddset(&set_, signal);
        pthread_sigmask(SIG_BLOCK, &set_, &before_);
    }
    ~TakenSignals() {
        const timespec none{};
        while (sigtimedwait(&set_, nullptr, &none) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    TakenSignals(const TakenSignals&) = delete;
    TakenSignals& operator=(const TakenSignals&) = delete;

    int next() const {
        int signal = 0;
        while (sigwait(&set_, &signal) != 0) {
        }
        return signal;
    }

    // For the child: they are its own again.
    struct Released : boost::process::extend::handler {
        template <class Executor>
        void on_exec_setup(Executor&) const {
            sigset_t none;
            sigemptyset(&none);
            pthread_sigmask(SIG_SETMASK, &none, nullptr);
        }
    };

private:
    sigset_t set_{}, before_{};
};

} // namespace

int run_in_front(const std::vector<std::string>& argv) {
    namespace bp = boost::process;
    const TakenSignals signals;
    std::error_code error;
    bp::child child(bp::exe = argv.at(0),
                    bp::args = std::vector<std::string>(argv.begin() + 1, argv.end()),
                    TakenSignals::Released(), error);
    if (error)
        throw engine::Error(fmt::format("{} cannot be started: {}", argv[0], error.message()))
            .remedy("see that its file system is not mounted noexec");
    const pid_t pid = child.id();
    child.detach(); // bp would take an end by a signal for an exit code
    int status = 0;
    for (;;) {
        const pid_t ended = ::waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            break;
        if (ended < 0 && errno != EINTR)
            throw engine::Error(fmt::format("the end of {} cannot be awaited", argv[0]));
        // What comes from the terminal comes to all that run at it.
        if (ended == 0 && signals.next() == SIGTERM)
            ::kill(pid, SIGTERM);
    }
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace locum::platform
