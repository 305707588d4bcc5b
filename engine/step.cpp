#include "engine/step.hpp"

#include <fmt/format.h>

namespace locum::engine {

std::string_view group_of(std::string_view step_id) {
    return step_id.substr(0, step_id.find('/'));
}

std::vector<PlanLine> describe(const Plan& plan) {
    std::vector<PlanLine> all;
    for (const PlannedStep& planned : plan.steps) {
        const auto* irreversible = std::get_if<Irreversible>(&planned.step.undo);
        all.push_back({planned.step.id, planned.step.says, irreversible ? irreversible->why : ""});
    }
    return all;
}

std::vector<std::string> lines(const std::vector<PlanLine>& plan) {
    std::vector<std::string> text;
    std::size_t width = 0;
    for (const PlanLine& step : plan)
        width = std::max(width, step.id.size());
    for (const PlanLine& step : plan) {
        std::string line = fmt::format("{:<{}}  {}", step.id, width, step.says);
        if (!step.no_return.empty())
            line += fmt::format(" [point of no return: {}]", step.no_return);
        text.push_back(std::move(line));
    }
    return text;
}

std::vector<std::string> lines(const Plan& plan) {
    return lines(describe(plan));
}

} // namespace locum::engine
