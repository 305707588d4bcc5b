#include "installer/firewall_change.hpp"

#include "engine/error.hpp"

#include <chrono>
#include <thread>

namespace locum::installer {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{60};
constexpr std::chrono::milliseconds poll_interval{50};

} // namespace

platform::Lock hold_firewall(const cluster::Layout& layout) {
    const auto deadline = Clock::now() + patience;
    for (;; std::this_thread::sleep_for(poll_interval))
        try {
            return platform::Lock::take(layout.state_file("firewall.lock"),
                                        "a change of the firewall's rules");
        } catch (const engine::Error& error) {
            if (error.kind() != engine::Kind::busy || Clock::now() > deadline)
                throw;
        }
}

void change_firewall(const cluster::Layout& layout, const FindFirewall& find,
                     const std::function<void(FirewallRecord&)>& change) {
    const platform::Lock lock = hold_firewall(layout);
    FirewallRecord record = load_firewall(layout).value();
    change(record);
    store_firewall(layout, record);
    apply_firewall(layout, record, find);
}

} // namespace locum::installer
