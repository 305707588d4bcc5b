#include "platform/process.hpp"

#include "engine/error.hpp"
#include "platform/outcome.hpp"
#include "platform/program.hpp"

#include <fmt/format.h>

namespace locum::platform {

namespace {

std::string last_lines(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.remove_suffix(1);
    std::size_t from = text.size();
    for (int lines = 0; lines < 10 && from != std::string_view::npos && from > 0; ++lines)
        from = text.rfind('\n', from - 1);
    return std::string(from == std::string_view::npos || from == 0 ? text : text.substr(from + 1));
}

} // namespace

Finished run_checked(const Command& command) {
    Finished finished = run(command);
    if (finished.ok())
        return finished;
    const std::string said =
        last_lines(finished.errors.empty() ? finished.output : finished.errors);
    throw engine::Error(fmt::format("{} {}{}{}", shown(command.argv),
                                    fault(finished, "", command.time_limit),
                                    said.empty() ? "" : "; it said: ", said))
        .remedy(fmt::format("run {} by hand to see more", shown(command.argv)));
}

} // namespace locum::platform
