#pragma once
// Somebody else has what is needed, and is about to be done with it.

#include "engine/error.hpp"

#include <chrono>
#include <thread>

namespace locum::installer {

// Longer than a lease whose holder fell silent stays valid (cluster::lease_time).
inline constexpr std::chrono::seconds lease_patience{30};

// Does the work again while it throws Error(busy), at most for that long; then its error is thrown.
// Returns what the work does.
template <class Work>
auto while_busy(std::chrono::milliseconds limit, Work work) {
    constexpr std::chrono::milliseconds pause{50};
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;; std::this_thread::sleep_for(pause))
        try {
            return work();
        } catch (const engine::Error& error) {
            if (error.kind() != engine::Kind::busy || std::chrono::steady_clock::now() > deadline)
                throw;
        }
}

} // namespace locum::installer
