#include "engine/error.hpp"
#include "platform/process.hpp"

#include <array>
#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <cerrno>
#include <csignal>
#include <fmt/format.h>
#include <sys/wait.h>

namespace locum::platform {

namespace {

// They come from the terminal to all that run at it: the child ends, and is waited for.
class DeafToTerminal {
public:
    DeafToTerminal() {
        for (std::size_t i = 0; i < signals.size(); ++i)
            before_[i] = std::signal(signals[i], SIG_IGN);
    }
    ~DeafToTerminal() {
        for (std::size_t i = 0; i < signals.size(); ++i)
            std::signal(signals[i], before_[i]);
    }
    DeafToTerminal(const DeafToTerminal&) = delete;
    DeafToTerminal& operator=(const DeafToTerminal&) = delete;

private:
    static constexpr std::array signals{SIGINT, SIGQUIT, SIGHUP};
    std::array<void (*)(int), signals.size()> before_{};
};

} // namespace

int run_in_front(const std::vector<std::string>& argv) {
    namespace bp = boost::process;
    std::error_code error;
    bp::child child(bp::exe = argv.at(0),
                    bp::args = std::vector<std::string>(argv.begin() + 1, argv.end()), error);
    if (error)
        throw engine::Error(fmt::format("{} cannot be started: {}", argv[0], error.message()))
            .remedy("see that its file system is not mounted noexec");
    const DeafToTerminal deaf; // not before: the child would inherit it
    const pid_t pid = child.id();
    child.detach(); // bp would take an end by a signal for an exit code
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            throw engine::Error(fmt::format("the end of {} cannot be awaited", argv[0]));
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace locum::platform
