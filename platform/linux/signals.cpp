#include "platform/signals.hpp"

#include <csignal>
#include <ctime>
#include <unistd.h>
#include <utility>

namespace locum::platform {

namespace {

sigset_t stop_set() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    // A terminal that goes away; but whoever runs under nohup wants to go on.
    struct sigaction hangup {};
    if (sigaction(SIGHUP, nullptr, &hangup) != 0 || hangup.sa_handler != SIG_IGN)
        sigaddset(&set, SIGHUP);
    return set;
}

// A handler gets nothing else to know them by.
const std::string* last_words = nullptr;
int last_code = 0;

void end_by_ctrl_c(int) {
    // What a handler may call. Where nobody can read it, it ends all the same.
    [[maybe_unused]] const auto written =
        ::write(STDERR_FILENO, last_words->data(), last_words->size());
    ::_exit(last_code);
}

} // namespace

void take_usual_signals() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGCHLD, SIG_DFL); // ignored, the kernel keeps no exit code
}

StopSignals::StopSignals() {
    const sigset_t set = stop_set();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

StopSignals::~StopSignals() {
    const sigset_t set = stop_set();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignals::wait() {
    const sigset_t set = stop_set();
    int signal = 0;
    while (sigwait(&set, &signal) != 0) {
    }
}

bool StopSignals::arrived() {
    const sigset_t set = stop_set();
    const timespec none{};
    return sigtimedwait(&set, nullptr, &none) > 0;
}

EndByCtrlC::EndByCtrlC(std::string text, int exit_code) : text_(std::move(text)) {
    last_words = &text_;
    last_code = exit_code;
    if (std::signal(SIGINT, end_by_ctrl_c) == SIG_IGN)
        std::signal(SIGINT, SIG_IGN);
}

EndByCtrlC::~EndByCtrlC() {
    if (std::signal(SIGINT, SIG_DFL) == SIG_IGN)
        std::signal(SIGINT, SIG_IGN);
}

} // namespace locum::platform
