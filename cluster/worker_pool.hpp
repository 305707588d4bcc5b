#pragma once
// Threads that run what may take long. As many as there is work, up to a bound; they stay for the
// next.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace locum::cluster {

class WorkerPool {
public:
    // limit: threads at most.
    explicit WorkerPool(std::size_t limit) : limit_(limit) {}
    ~WorkerPool() { stop(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    // Runs work at once in a thread of its own; false, and nothing was taken, where only `spare`
    // threads or fewer would be left for others, or after stop(). work must not throw.
    bool run(std::function<void()> work, std::size_t spare = 0);
    // Waits for what runs. Not from a worker.
    void stop();

private:
    void serve();

    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> waiting_;
    std::vector<std::thread> threads_;
    std::size_t busy_ = 0; // running or waiting
    bool stopping_ = false;
};

} // namespace locum::cluster
