#pragma once
// What an agent tells the registry again and again, and what it does where it hears in return that
// its node was removed from the cluster.

#include "cluster/layout.hpp"
#include "cluster/services.hpp"
#include "cluster/store.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace locum::cluster {

// One beat: tells the registry what runs here. Where the registry says that this node was removed
// (cluster/departure.hpp), that is kept, and all its services are stopped: its server would go on
// writing, unknown to the cluster. Where the registry has it again, that is forgotten; what was
// stopped stays so. Both are told on standard error. Returns the time until the next one. Throws
// Error where the registry cannot be asked: then nothing is concluded.
std::chrono::milliseconds beat(const Layout& layout, Services& services, Store& store);

// Beats in a thread of its own, until it is destroyed. A node without a datasource has nothing to
// tell and nobody to ask.
class Heart {
public:
    Heart(const Layout& layout, Services& services); // both outlive it
    ~Heart();
    Heart(const Heart&) = delete;
    Heart& operator=(const Heart&) = delete;

private:
    void work();

    const Layout& layout_;
    Services& services_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_;
};

} // namespace locum::cluster
