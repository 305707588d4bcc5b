#include "cluster/agent_task.hpp"

#include "engine/error.hpp"
#include "platform/standard_error.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace locum::cluster {

RunningTask::RunningTask(AgentTask task) : task_(std::move(task)), thread_([this] { work(); }) {}

RunningTask::~RunningTask() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void RunningTask::work() {
    std::string told;
    std::unique_lock lock(mutex_);
    do {
        lock.unlock();
        std::string wrong;
        try {
            task_.run();
        } catch (const engine::Error& error) {
            wrong = error.one_line();
        } catch (const std::exception& error) {
            wrong = error.what();
        }
        if (wrong != told) {
            platform::to_stderr(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}: {}\n",
                                            fmt::gmtime(std::chrono::system_clock::now()),
                                            task_.name, wrong.empty() ? "it works again" : wrong));
        }
        told = std::move(wrong);
        lock.lock();
    } while (!wake_.wait_for(lock, task_.pause, [this] { return ending_; }));
}

} // namespace locum::cluster
