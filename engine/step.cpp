#include "engine/step.hpp"

#include <fmt/format.h>

namespace locum::engine {

std::string_view group_of(std::string_view step_id) {
    return step_id.substr(0, step_id.find('/'));
}

std::vector<std::string> lines(const Plan& plan) {
    std::vector<std::string> text;
    std::size_t width = 0;
    for (const PlannedStep& planned : plan.steps)
        width = std::max(width, planned.step.id.size());
    for (const PlannedStep& planned : plan.steps) {
        std::string line = fmt::format("{:<{}}  {}", planned.step.id, width, planned.step.says);
        if (const auto* irreversible = std::get_if<Irreversible>(&planned.step.undo))
            line += fmt::format(" [point of no return: {}]", irreversible->why);
        text.push_back(std::move(line));
    }
    return text;
}

} // namespace locum::engine
