#include "platform/companion.hpp"

#include "platform/files.hpp"
#include "platform/windows/log_file.hpp"
#include "platform/windows/spawn.hpp"
#include "platform/windows/stop_request.hpp"

#include <algorithm>
#include <thread>

namespace locum::platform {

namespace {

using Clock = std::chrono::steady_clock;

// So long what belongs to a console process may live on by itself after it, whatever the grace.
constexpr std::chrono::milliseconds console_lag{1000};

} // namespace

struct Companion::State {
    Job job;
    NewProcess child = {};
};

Companion::Companion(const Command& command, const std::string& log_file) :
    state_(std::make_unique<State>()) {
    const Handle input = null_device(GENERIC_READ);
    const Handle log = open_log(log_file);
    state_->child = launch(command, {input.get(), log.get(), log.get()}, state_->job);
}

Companion::~Companion() {
    try {
        if (!finished_)
            end(std::chrono::milliseconds(0));
    } catch (const std::exception&) {
        // All that is in its job ends with the job's handle.
    }
}

std::optional<Finished> Companion::ended(std::chrono::milliseconds limit) {
    if (finished_)
        return finished_;
    const HANDLE process = state_->child.process.get();
    const auto longest = std::int64_t{INFINITE} - 1;
    const auto wait = static_cast<DWORD>(std::clamp<std::int64_t>(limit.count(), 0, longest));
    if (::WaitForSingleObject(process, wait) != WAIT_OBJECT_0)
        return std::nullopt;
    finished_ = how_it_ended(process);
    return finished_;
}

Finished Companion::end(std::chrono::milliseconds grace) {
    const auto deadline = Clock::now() + std::max(grace, console_lag);
    if (!finished_)
        ask_to_end(state_->child.pid, state_->child.started);
    const bool in_time = ended(grace).has_value();
    // A shell may be gone before what it started is.
    while (in_time && state_->job.living() > 0 && Clock::now() < deadline)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const bool hangs = !in_time || state_->job.living() > 0;
    state_->job.kill();
    while (!ended(std::chrono::seconds(1))) {
    }
    finished_->timed_out = hangs;
    return *finished_;
}

} // namespace locum::platform
