#include "cluster/heart.hpp"

#include "cluster/departure.hpp"
#include "engine/error.hpp"
#include "platform/process.hpp"
#include "platform/standard_error.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <future>

namespace locum::cluster {

namespace {

constexpr std::chrono::milliseconds report_interval{2'000};
// Of a node that was removed: it has no more business in the registry than to hear that this was a
// mistake.
constexpr std::chrono::milliseconds removed_interval{30'000};

void log(const std::string& text) {
    platform::to_stderr(fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}\n",
                                    fmt::gmtime(std::chrono::system_clock::now()), text));
}

NodeRow what_runs(const NodeState& own, Services& services) {
    NodeRow row;
    row.name = own.name;
    row.installation = own.installation_id;
    row.process = platform::self().pid;
    for (const ServiceState& service : services.states()) {
        row.services[service.spec.name] = std::string(name(service.status));
        row.versions[service.spec.component] = service.spec.version;
    }
    for (const std::string& component : own.components)
        row.versions.try_emplace(component, own.version);
    return row;
}

// All at once: a balancer that waits for its clients keeps no server writing. Also those that are
// held, since nothing is to come up later. Whether all are.
bool stop_all(Services& services) {
    std::vector<std::pair<std::string, std::future<void>>> stops;
    for (const ServiceState& service : services.states())
        if (service.status != ServiceStatus::stopped)
            stops.emplace_back(service.spec.name, std::async(std::launch::async,
                                                             [&services, name = service.spec.name] {
                                                                 services.stop(name);
                                                             }));
    std::vector<std::string> stopped;
    for (auto& [name, stop] : stops)
        try {
            stop.get();
            stopped.push_back(name);
        } catch (const engine::Error& error) {
            log(fmt::format("{} is not stopped: {}", name, error.one_line()));
        }
    if (!stopped.empty())
        log(fmt::format("stopped: {}", fmt::join(stopped, ", ")));
    return stopped.size() == stops.size();
}

} // namespace

std::chrono::milliseconds beat(const Layout& layout, Services& services, Store& store) {
    const NodeState own = load_node_state(layout);
    if (Registry(store).report(what_runs(own, services))) {
        if (known_as_removed(layout, own)) {
            forget_removed(layout);
            log(fmt::format("the registry has {} again; to start its services: locum node start",
                            own.name));
        }
        return report_interval;
    }
    if (leaves_by_itself(layout, own) || !is_removed(store, own))
        return report_interval;
    if (!known_as_removed(layout, own)) {
        keep_removed(layout, own); // first: from now on nothing starts
        log(fmt::format("{} was removed from its cluster: its services are stopped, and not "
                        "started again; {}",
                        own.name, way_back(layout)));
    }
    return stop_all(services) ? removed_interval : report_interval;
}

Heart::Heart(const Layout& layout, Services& services) :
    layout_(layout), services_(services), thread_([this] { work(); }) {}

Heart::~Heart() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Heart::work() {
    std::unique_lock lock(mutex_);
    std::unique_ptr<Store> store;
    std::string known; // what it was opened with: another datasource may be activated
    std::chrono::milliseconds pause;
    do {
        lock.unlock();
        pause = report_interval;
        try {
            if (std::optional<datasource::Settings> settings = load_datasource(layout_)) {
                if (const std::string now = datasource_json(*settings); !store || now != known) {
                    store = std::make_unique<Store>(*settings, layout_.suite);
                    known = now;
                }
                pause = beat(layout_, services_, *store);
                if (pause == removed_interval)
                    store.reset();
            } else {
                store.reset(); // a node that gave its server away has no business there
            }
        } catch (const std::exception&) {
            store.reset(); // the database is away: tried again at the next beat
        }
        lock.lock();
    } while (!wake_.wait_for(lock, pause, [this] { return ending_; }));
}

} // namespace locum::cluster
