#include "platform/outcome.hpp"

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <boost/locale/encoding_utf.hpp>
#include <fmt/format.h>

namespace locum::platform {

namespace {

std::string in_words(std::chrono::milliseconds time) {
    return time.count() % 1000 == 0 ? fmt::format("{} s", time.count() / 1000)
                                    : fmt::format("{} ms", time.count());
}

} // namespace

std::vector<std::string> lines(const std::string& printed) {
    std::vector<std::string> parts;
    boost::split(parts, printed, boost::is_any_of("\n"));
    for (std::string& part : parts)
        boost::trim(part);
    std::erase(parts, "");
    return parts;
}

std::string fault(const Finished& finished, const std::string& line,
                  std::chrono::milliseconds limit) {
    const std::vector<std::string> printed = lines(finished.output);
    const bool there =
        line.empty() || std::find(printed.begin(), printed.end(), line) != printed.end();
    if (finished.ok() && there)
        return "";
    if (finished.timed_out)
        return fmt::format("did not end within {} and was killed", in_words(limit));
    if (finished.signal != 0)
        return fmt::format("was ended by signal {}; expected exit code 0", finished.signal);
    if (finished.exit_code != 0)
        return fmt::format("ended with exit code {}; expected exit code 0", finished.exit_code);
    return fmt::format("did not print the line '{}' to its standard output", line);
}

std::string readable(const std::string& printed) {
    std::string text = boost::locale::conv::utf_to_utf<char>(printed);
    std::replace_if(
        text.begin(), text.end(),
        [](unsigned char c) { return (c < ' ' && c != '\n' && c != '\t') || c == 0x7F; }, '?');
    return text;
}

} // namespace locum::platform
