#include "installer/taking_up.hpp"

#include "platform/files.hpp"

#include <map>
#include <nlohmann/json.hpp>

namespace locum::installer {

using nlohmann::json;
using resources::TakeUp;

namespace {

std::string kept_file(const cluster::Layout& layout) {
    return layout.state_file("to-take-up");
}

using Waiting = std::map<std::string, bool>; // component → by a restart

Waiting load(const cluster::Layout& layout) {
    if (!platform::exists(kept_file(layout)))
        return {};
    return json::parse(platform::read_file(kept_file(layout))).get<Waiting>();
}

void store(const cluster::Layout& layout, const Waiting& waiting) {
    if (waiting.empty())
        platform::remove_all(kept_file(layout));
    else
        platform::write_file(kept_file(layout), json(waiting).dump(), 0600);
}

} // namespace

std::optional<TakeUp> awaited_take_up(const cluster::Layout& layout, const std::string& component) {
    const Waiting waiting = load(layout);
    const auto found = waiting.find(component);
    if (found == waiting.end())
        return std::nullopt;
    return found->second ? TakeUp::restart : TakeUp::reload;
}

void await_take_up(const cluster::Layout& layout, const std::string& component, TakeUp how) {
    Waiting waiting = load(layout);
    waiting[component] = waiting[component] || how == TakeUp::restart;
    store(layout, waiting);
}

void taken_up(const cluster::Layout& layout, const std::string& component) {
    Waiting waiting = load(layout);
    waiting.erase(component);
    store(layout, waiting);
}

} // namespace locum::installer
