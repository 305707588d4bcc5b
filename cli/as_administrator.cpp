#include "cli/as_administrator.hpp"

#include "engine/error.hpp"
#include "installer/shown.hpp"
#include "platform/elevation.hpp"
#include "platform/host.hpp"
#include "platform/terminal.hpp"

#include <algorithm>

namespace locum::cli {

void add_as_administrator(Command command) {
    command
        .add_flag(installer::as_administrator,
                  "Windows: ask for an administrator's rights, in a window of its own")
        .hidden(); // nobody types it
}

RightsCalls rights_calls() {
    return {platform::is_root,
            [](const std::vector<std::string>& arguments) {
                return platform::run_elevated(platform::this_program(), arguments);
            },
            platform::keep_window_open};
}

std::optional<int> run_as_administrator(const std::vector<std::string>& arguments,
                                        const RightsCalls& calls) {
    const auto end = std::find(arguments.begin(), arguments.end(), "--");
    if (std::find(arguments.begin(), end, installer::as_administrator) == end)
        return std::nullopt;
    if (calls.is_root()) {
        calls.keep_window_open();
        return std::nullopt;
    }
    try {
        if (const std::optional<int> code = calls.run_elevated(arguments))
            return code;
        throw engine::Error("this is for administrators only, and nobody can be asked to allow it",
                            engine::Kind::no_privilege)
            .remedy(platform::how_to_elevate(platform::this_program()));
    } catch (const engine::Error&) {
        calls.keep_window_open();
        throw;
    }
}

} // namespace locum::cli
