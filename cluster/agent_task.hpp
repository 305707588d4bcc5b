#pragma once
// What an agent does again and again beside answering: supplied by the folders to the right, as its
// operations are.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace locum::cluster {

struct AgentTask {
    std::string name;
    std::chrono::milliseconds pause{0}; // from the end of one run to the next
    std::function<void()> run;          // what it throws is logged, each text once in a row
};

// Runs it in a thread of its own, at once and then after each pause, until it is destroyed; a run
// that is under way then is waited for.
class RunningTask {
public:
    explicit RunningTask(AgentTask task);
    ~RunningTask();
    RunningTask(const RunningTask&) = delete;
    RunningTask& operator=(const RunningTask&) = delete;

private:
    void work();

    AgentTask task_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace locum::cluster
