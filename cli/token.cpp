#include "cli/command.hpp"
#include "installer/token_file.hpp"
#include "platform/files.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

namespace locum::cli {

void add_token(CLI::App& app, Action& action) {
    CLI::App* token = app.add_subcommand("token", "The network token");
    token->require_subcommand(1);
    auto common = std::make_shared<Common>();
    auto file = std::make_shared<std::string>();
    CLI::App* write = token->add_subcommand(
        "write", "Write the network token anew, with the addresses of all servers (0600)");
    write->add_option("FILE", *file, "Where to")->required()->type_name("FILE");
    add_common(*write, common, false);
    write->callback([common, file, &action] {
        action = [common, file] {
            const token::NetworkToken current = installer::current_token(common->layout());
            current.store(platform::absolute(*file));
            fmt::print("{}: fingerprint {}, keep it secret\n", *file, current.fingerprint());
            return 0;
        };
    });
}

} // namespace locum::cli
