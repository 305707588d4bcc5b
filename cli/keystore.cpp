// The seed of the cluster's shared secrets, in a file for safe keeping.

#include "installer/keystore.hpp"
#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/error.hpp"
#include "installer/answers.hpp"
#include "platform/files.hpp"
#include "platform/terminal.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

using engine::Error;
using engine::Kind;
using installer::SecretSource;

struct Options : Common {
    std::string file;
    std::string passphrase_file;
};

engine::Secret typed_passphrase() {
    if (!platform::stdin_is_terminal())
        throw Error("standard input is no terminal, so no passphrase can be asked for", Kind::usage)
            .remedy("give --passphrase-file FILE");
    const engine::Secret typed = platform::ask_secret("Passphrase for the keystore");
    if (const std::string fault = token::fault_of_passphrase(typed); !fault.empty())
        throw Error(fault, Kind::usage).remedy("run the command again with a longer one");
    if (!(platform::ask_secret("The same again") == typed))
        throw Error("the two passphrases differ; nothing was written", Kind::usage)
            .remedy("run the command again and type the same twice");
    return typed;
}

engine::Secret given_passphrase(const std::string& file) {
    if (!platform::exists(file))
        throw Error("there is no passphrase at " + file, Kind::usage)
            .remedy("create the file with mode 0600, or name the right one");
    return installer::read_secret({SecretSource::From::file, file});
}

int export_to_file(const Options& options) {
    const cluster::Layout layout = options.layout();
    const std::string file = platform::absolute(options.file);
    installer::require_seed(layout);
    // Before anything is typed; write_new_file() looks again.
    if (platform::exists(file))
        throw Error(file + " is there already", Kind::usage)
            .remedy("name another file, or move that one away");
    const token::Keystore keystore = installer::current_keystore(
        layout, options.passphrase_file.empty()
                    ? typed_passphrase()
                    : given_passphrase(platform::absolute(options.passphrase_file)));
    keystore.store(file);
    if (options.json)
        print_event("result",
                    {{"result", "exported"}, {"keystore", file}, {"seed", keystore.seed}});
    else
        fmt::print("{}: seed {} of {}; without its passphrase it is of no use\n", options.file,
                   keystore.seed, keystore.suite);
    return 0;
}

} // namespace

void add_keystore(Command app, Action& action) {
    Command keystore =
        app.add_subcommand("keystore", "What the cluster's shared secrets are made from");
    keystore.require_subcommand();
    auto options = std::make_shared<Options>();
    Command command = keystore.add_subcommand(
        "export", "Write it to a new file (0600), encrypted with a passphrase");
    command.footer("On a node with a server. A cluster that is created with the file ([keystore] "
                   "in the answers, or\nasked for) has the same shared secrets. The passphrase is "
                   "asked for twice, without echo,\nwhere no file is named.");
    command.add_option("FILE", options->file, "Where to; it must not be there yet")
        .required()
        .type_name("FILE");
    command
        .add_option("--passphrase-file", options->passphrase_file,
                    "File with the passphrase: 12 characters or more")
        .type_name("FILE");
    add_common(command, options, true);
    command.callback([options, &action] {
        action = [options] {
            require_root_for(*options);
            return export_to_file(*options);
        };
    });
}

} // namespace locum::cli
