#include "cluster/worker_pool.hpp"

namespace locum::cluster {

bool WorkerPool::run(std::function<void()> work, std::size_t spare) {
    const std::lock_guard lock(mutex_);
    if (stopping_ || busy_ + spare >= limit_)
        return false;
    if (busy_ == threads_.size())
        threads_.emplace_back([this] { serve(); });
    waiting_.push_back(std::move(work));
    ++busy_;
    changed_.notify_one();
    return true;
}

void WorkerPool::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty())
            return;
        std::function<void()> work = std::move(waiting_.front());
        waiting_.pop_front();
        lock.unlock();
        work();
        work = nullptr; // what it holds goes before the thread counts as idle
        lock.lock();
        --busy_;
    }
}

void WorkerPool::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
}

} // namespace locum::cluster
