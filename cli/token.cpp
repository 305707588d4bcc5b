#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "installer/token_file.hpp"
#include "platform/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

void add_token(Command app, Action& action) {
    Command token = app.add_subcommand("token", "The network token");
    token.require_subcommand();
    auto common = std::make_shared<Common>();
    auto file = std::make_shared<std::string>();
    Command write = token.add_subcommand(
        "write", "Write the network token anew, with the addresses of all servers (0600)");
    write.add_option("FILE", *file, "Where to").required().type_name("FILE");
    add_common(write, common, true);
    write.callback([common, file, &action] {
        action = [common, file] {
            const cluster::Layout layout = common->layout();
            return logged(*common, layout, "token write", [&](RunReporter& reporter) {
                const token::NetworkToken current = installer::current_token(layout);
                current.store(platform::absolute(*file));
                reporter.log().add(platform::absolute(*file) + " is written");
                if (common->json)
                    print_event("result", {{"result", "written"},
                                           {"files", nlohmann::json::array({*file})},
                                           {"fingerprint", current.fingerprint()}});
                else
                    fmt::print("{}: fingerprint {}, keep it secret\n", *file,
                               current.fingerprint());
                return 0;
            });
        };
    });
}

} // namespace locum::cli
