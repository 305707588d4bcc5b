#include "cluster/expected_line.hpp"

#include "engine/error.hpp"
#include "platform/outcome.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cluster {

namespace {

constexpr std::size_t longest_shown = 400;
constexpr std::size_t longest_output = 65'536;

} // namespace

std::string shown(const std::vector<std::string>& lines) {
    std::string text = fmt::format("{}", fmt::join(lines, " | "));
    if (text.size() > longest_shown)
        text = text.substr(0, longest_shown) + "...";
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string told(const std::vector<std::string>& lines) {
    return lines.empty() ? "it said nothing" : "it said: " + shown(lines);
}

std::vector<std::string> lines_of(const suite::Command& command, const CommandPurpose& purpose) {
    const std::string said = fmt::format("{} ({})", command.argv.at(0), purpose.text);
    platform::Command started;
    started.argv = command.argv;
    started.time_limit = purpose.limit;
    started.output_limit = longest_output;
    platform::Finished finished;
    try {
        finished = platform::run(started);
    } catch (const engine::Error& error) {
        throw engine::Error(fmt::format("{}: {}", said, error.one_line())).remedy(purpose.remedy);
    }
    std::vector<std::string> printed = platform::lines(finished.output);
    const std::string fault = platform::fault(finished, command.output, purpose.limit);
    if (fault.empty())
        return printed;
    std::vector<std::string> all = std::move(printed);
    for (std::string& line : platform::lines(finished.errors))
        all.push_back(std::move(line));
    throw engine::Error(fmt::format("{} {}; {}", said, fault, told(all))).remedy(purpose.remedy);
}

} // namespace locum::cluster
