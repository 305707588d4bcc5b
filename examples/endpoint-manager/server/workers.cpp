#include "examples/endpoint-manager/server/workers.hpp"

namespace endpoint {

Workers::Workers(std::vector<std::unique_ptr<Store>> stores) : stores_(std::move(stores)) {
    for (const auto& store : stores_) {
        threads_.emplace_back([this, &store] { work(*store); });
    }
}

Workers::~Workers() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void Workers::post(Job job) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
}

void Workers::work(Store& store) {
    for (;;) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
        if (jobs_.empty()) {
            return;
        }
        const Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job(store);
    }
}

} // namespace endpoint
