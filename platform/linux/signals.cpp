#include "platform/signals.hpp"

#include <csignal>
#include <ctime>

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

} // namespace

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

} // namespace locum::platform
