#include "cluster/expected_line.hpp"

#include "engine/error.hpp"
#include "platform/process.hpp"

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cluster {

namespace {

constexpr std::size_t longest_shown = 400;
constexpr std::size_t longest_output = 65'536;

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> parts;
    boost::split(parts, text, boost::is_any_of("\n"));
    for (std::string& part : parts)
        boost::trim(part);
    std::erase(parts, "");
    return parts;
}

} // namespace

std::string shown(const std::vector<std::string>& lines) {
    std::string text = fmt::format("{}", fmt::join(lines, " | "));
    if (text.size() > longest_shown)
        text = text.substr(0, longest_shown) + "...";
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string but_printed(const std::vector<std::string>& lines, const std::string& expected) {
    return fmt::format("{}; expected {}",
                       lines.empty() ? "printed nothing" : "printed: " + shown(lines), expected);
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
    std::vector<std::string> printed = lines(finished.output);
    const std::string wanted =
        command.output.empty() ? "" : fmt::format(" and the line '{}'", command.output);
    auto fail = [&](const std::string& how) {
        std::vector<std::string> all = printed;
        for (std::string& line : lines(finished.errors))
            all.push_back(std::move(line));
        throw engine::Error(
            fmt::format("{} {}, and {}", said, how, but_printed(all, "exit code 0" + wanted)))
            .remedy(purpose.remedy);
    };
    if (finished.timed_out)
        fail(fmt::format("did not end within {} ms and was killed", purpose.limit.count()));
    if (finished.signal != 0)
        fail(fmt::format("was ended by signal {}", finished.signal));
    const bool there = command.output.empty() ||
                       std::find(printed.begin(), printed.end(), command.output) != printed.end();
    if (finished.exit_code != 0 || !there)
        fail(fmt::format("ended with exit code {}", finished.exit_code));
    return printed;
}

} // namespace locum::cluster
