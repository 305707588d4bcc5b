#include "platform/terminal.hpp"

#include "engine/error.hpp"
#include "platform/native_process.hpp"
#include "platform/standard_error.hpp"

namespace locum::platform {

engine::Secret ask_secret(const std::string& prompt) {
    if (!stdin_is_terminal())
        throw engine::Error("a secret is to be asked for, but standard input is not a terminal: " +
                                prompt,
                            engine::Kind::usage)
            .remedy(
                "name a source in the answers: { file = \"PATH\" } or { environment = \"NAME\" }");
    to_stderr(prompt + ": ");
    std::string line;
    const char last = read_silently(line);
    to_stderr("\n");
    if (last == ctrl_c)
        throw engine::Error(prompt + ": Ctrl-C", engine::Kind::cancelled)
            .remedy("run the command again, or name a file in the answers");
    if (line.empty())
        throw engine::Error(prompt + ": nothing was typed", engine::Kind::cancelled)
            .remedy("run the command again and type it, or name a file in the answers");
    return engine::Secret(line);
}

} // namespace locum::platform
