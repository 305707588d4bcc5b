#pragma once
// Somebody else has what is needed, and is about to be done with it.

#include "engine/error.hpp"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace locum::installer {

struct Patience {
    std::chrono::milliseconds limit{0};  // for all tries; 0: one try
    std::chrono::milliseconds pause{50}; // between two
};

// Longer than a lease whose holder fell silent stays valid (cluster::lease_time).
inline constexpr Patience lease_patience{std::chrono::seconds(30), std::chrono::milliseconds(500)};

// For people, of the first error.
inline std::string waits(const engine::Error& error) {
    return "waits, since " + error.one_line();
}

// Does the work again while it throws Error(busy), and has the first of them told; at the limit its
// error is thrown. Returns what the work does.
template <class Work, class Tell>
auto while_busy(Patience patience, Work work, Tell tell) {
    const auto deadline = std::chrono::steady_clock::now() + patience.limit;
    for (bool told = false;; std::this_thread::sleep_for(patience.pause))
        try {
            return work();
        } catch (const engine::Error& error) {
            if (error.kind() != engine::Kind::busy || std::chrono::steady_clock::now() >= deadline)
                throw;
            if (!told)
                tell(error);
            told = true;
        }
}

template <class Work>
auto while_busy(Patience patience, Work work) {
    return while_busy(patience, std::move(work), [](const engine::Error&) {});
}

} // namespace locum::installer
