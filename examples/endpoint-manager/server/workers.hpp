#pragma once
// A fixed number of threads, each with a Store of its own.

#include "examples/endpoint-manager/server/store.hpp"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace endpoint {

class Workers {
public:
    using Job = std::function<void(Store&)>; // throws nothing

    // One thread for each store.
    explicit Workers(std::vector<std::unique_ptr<Store>> stores);
    ~Workers(); // ends the jobs that are queued, then the threads
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    void post(Job job);

private:
    void work(Store& store);

    std::vector<std::unique_ptr<Store>> stores_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

} // namespace endpoint
