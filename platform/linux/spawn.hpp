#pragma once
// What happens around a fork, for run() and start_detached() alike.

#include <csignal>

namespace locum::platform {

// Every signal is blocked in this thread as long as this lives.
class SignalsBlocked {
public:
    SignalsBlocked();
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;
    ~SignalsBlocked();

private:
    sigset_t before_;
};

// In the child only: default actions, nothing blocked. Async-signal-safe.
void reset_signals();

} // namespace locum::platform
