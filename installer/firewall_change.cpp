#include "installer/firewall_change.hpp"

#include "installer/while_busy.hpp"

namespace locum::installer {

namespace {

constexpr Patience patience{std::chrono::seconds(60)};

} // namespace

platform::Lock hold_firewall(const cluster::Layout& layout) {
    return while_busy(patience, [&layout] {
        return platform::Lock::take(layout.state_file("firewall.lock"),
                                    "a change of the firewall's rules");
    });
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
