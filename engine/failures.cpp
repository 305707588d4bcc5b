#include "engine/failures.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::engine {

namespace {

// What is said already is not said again, as of one that was tried twice.
void add_new(std::vector<std::string>& all, const std::string& text) {
    if (!text.empty() && std::find(all.begin(), all.end(), text) == all.end())
        all.push_back(text);
}

} // namespace

void Failures::add(const Error& error) {
    kept_.push_back(error);
}

void Failures::raise() const {
    if (kept_.empty())
        return;
    if (kept_.size() == 1)
        throw kept_.front();
    std::vector<std::string> found;
    std::vector<std::string> remedies;
    for (const Error& error : kept_) {
        add_new(found, error.one_line());
        add_new(remedies, error.remedy());
    }
    throw Error(fmt::format("{}", fmt::join(found, "; ")), kept_.front().kind())
        .remedy(fmt::format("{}", fmt::join(remedies, "; ")));
}

} // namespace locum::engine
