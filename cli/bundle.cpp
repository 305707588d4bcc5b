#include "suite/bundle.hpp"
#include "cli/bundle_view.hpp"
#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/error.hpp"
#include "engine/locum_version.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/operating_system.hpp"
#include "platform/outcome.hpp"
#include "suite/program_bundle.hpp"
#include "suite/setup_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace locum::cli {

namespace {

using nlohmann::json;

void add_keygen(Command app, Action& action) {
    struct Options : Common {
        std::string name;
    };
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("keygen", "Make a key pair that signs bundles: NAME.key and NAME.pub");
    command.add_option("NAME", options->name, "Path without suffix").required().type_name("FILE");
    add_output(command, *options, true);
    command.callback([options, &action] {
        action = [options] {
            const std::string& name = options->name;
            const suite::SigningKey key = suite::SigningKey::generate();
            suite::write_key_pair(key, name);
            const std::string fingerprint = key.public_key().fingerprint();
            if (options->json)
                print_event("result", {{"result", "written"},
                                       {"files", json::array({name + ".key", name + ".pub"})},
                                       {"fingerprint", fingerprint}});
            else
                fmt::print("{}.key  keep it secret\n{}.pub  give it to operators\nfingerprint {}\n",
                           name, name, fingerprint);
            return 0;
        };
    });
}

// Each was verified as the bundle itself was.
void print_carried(const suite::Bundle& bundle) {
    for (const suite::Bundle& via : bundle.carried())
        fmt::print("carries {} (schema {}, from {})\n", via.manifest().version.text(),
                   via.manifest().schema, fmt::join(via.manifest().upgrades_from, ", "));
}

struct SetupOptions {
    std::string name;      // "": none is wanted
    std::string program;   // "": this one
    std::string icon;      // file; "": the program's own
    std::string publisher; // "": the suite's title
};

std::string program_of(const SetupOptions& options) {
    return options.program.empty() ? platform::this_program() : platform::absolute(options.program);
}

// Before anything is written.
void require_usable(const SetupOptions& options) {
    constexpr std::size_t longest = 200; // bytes; what shows it has one line for it
    if (options.icon.empty() && options.publisher.empty())
        return;
    if (const std::string program = program_of(options); !suite::is_for_windows(program))
        throw engine::Error(fmt::format("--icon and --publisher are what Windows shows, and {} is "
                                        "no program for Windows",
                                        program),
                            engine::Kind::usage)
            .remedy("leave them out, or give --program locum.exe");
    if (options.publisher.size() > longest ||
        platform::readable(options.publisher) != options.publisher ||
        options.publisher.find_first_of("\t\r\n") != std::string::npos)
        throw engine::Error(fmt::format("--publisher has {} bytes; expected one line of UTF-8 with "
                                        "at most {}",
                                        options.publisher.size(), longest),
                            engine::Kind::usage)
            .remedy("give a shorter one, without control characters");
}

// The name that it got.
std::string write_setup(const SetupOptions& options, const std::string& bundle,
                        const suite::Manifest& manifest) {
    if (options.name.empty())
        return "";
    const std::string tool = program_of(options);
    const std::string setup = suite::setup_name(tool, options.name);
    const std::string file = platform::absolute(setup);
    suite::ShownOfProgram shown{manifest.title, manifest.version.text(),
                                options.publisher.empty() ? manifest.title : options.publisher,
                                file.substr(file.rfind('/') + 1), ""};
    if (!options.icon.empty())
        shown.icon = platform::read_file(platform::absolute(options.icon));
    suite::write_setup_file(tool, bundle, file, shown);
    return setup;
}

void add_build(Command app, Action& action) {
    struct Options : Common {
        std::string suite;
        std::string key;
        std::string output;
        SetupOptions setup;
        std::vector<std::string> via;
    };
    auto options = std::make_shared<Options>();
    Command command = app.add_subcommand("build", "Build a signed bundle from a suite.toml");
    command.add_option("SUITE", options->suite, "The suite.toml, or the folder that holds it")
        .required()
        .type_name("FILE");
    command.add_option("--key", options->key, "Private key (keygen)").required().type_name("FILE");
    command.add_option("-o,--output", options->output, "The bundle to write")
        .required()
        .type_name("FILE");
    command
        .add_option("--via", options->via,
                    "Bundle of a version on the way, to be carried; may be given several times")
        .type_name("FILE")
        .one_value_each();
    const Option setup_file =
        command
            .add_option("--setup", options->setup.name,
                        "Also write one executable file with this program and the bundle in it")
            .type_name("FILE");
    command
        .add_option("--program", options->setup.program,
                    "Another system's, for --setup: of Windows, whose setups are named .exe")
        .type_name("FILE")
        .needs(setup_file);
    command
        .add_option("--icon", options->setup.icon,
                    "What Windows shows for the setup, an .ico file; else Locum's")
        .type_name("FILE")
        .needs(setup_file);
    command
        .add_option("--publisher", options->setup.publisher,
                    "Whose setup it is, as Windows shows it; else the suite's title")
        .type_name("NAME")
        .needs(setup_file);
    add_output(command, *options, true);
    command.callback([options, &action] {
        action = [options] {
            std::string toml = platform::absolute(options->suite);
            if (platform::exists(toml + "/suite.toml"))
                toml += "/suite.toml";
            require_usable(options->setup);
            const suite::SigningKey key = suite::SigningKey::load(platform::absolute(options->key));
            const std::string output = platform::absolute(options->output);
            const suite::Manifest manifest = suite::build_bundle(toml, key, output, options->via);
            const suite::Bundle bundle = suite::Bundle::open(output, key.public_key());
            if (!options->json) {
                fmt::print("{} {}: {} bytes, manifest {}\n", manifest.name, manifest.version.text(),
                           bundle.size(), bundle.manifest_sha256());
                print_carried(bundle);
            }
            const std::string setup = write_setup(options->setup, output, manifest);
            if (options->json)
                print_document(
                    "bundle",
                    bundle_value({bundle.manifest(), {key.public_key().fingerprint()}, true}));
            else if (!setup.empty())
                fmt::print("{}: {} and the bundle; it installs when it is started\n", setup,
                           options->setup.program.empty()
                               ? fmt::format("Locum {}", engine::locum_version())
                               : options->setup.program);
            return 0;
        };
    });
}

void add_inspect(Command app, Action& action) {
    struct Options : Common {
        std::string file;
    };
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("inspect", "Show what a bundle says of itself; trusts nothing");
    command.add_option("BUNDLE", options->file, "The bundle").required().type_name("FILE");
    add_output(command, *options, true);
    command.callback([options, &action] {
        action = [options] {
            const json told =
                bundle_value(suite::inspect_bundle(platform::absolute(options->file)));
            if (options->json) {
                print_document("bundle", told);
                return 0;
            }
            print_bundle(told);
            return 0;
        };
    });
}

suite::PublicKey public_key(const std::string& named) {
    const std::string file = platform::absolute(named);
    return platform::exists(file) ? suite::PublicKey::load(file) : suite::PublicKey::parse(named);
}

void add_verify_bundle(Command app, Action& action) {
    struct Options : Common {
        std::string file;
        std::string key;
    };
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("verify", "Verify every byte of a bundle against a public key");
    command.add_option("BUNDLE", options->file, "The bundle").required().type_name("FILE");
    command.add_option("--key", options->key, "Public key: a .pub file, or 64 hex digits")
        .required()
        .type_name("FILE");
    add_output(command, *options, true);
    command.callback([options, &action] {
        action = [options] {
            const suite::PublicKey trusted = public_key(options->key);
            const suite::Bundle bundle =
                suite::Bundle::open(platform::absolute(options->file), trusted);
            if (options->json) {
                print_document("bundle",
                               bundle_value({bundle.manifest(), {trusted.fingerprint()}, true}));
                return 0;
            }
            fmt::print("{} {} is whole and signed by {}\n", bundle.manifest().name,
                       bundle.manifest().version.text(), trusted.fingerprint());
            print_carried(bundle);
            return 0;
        };
    });
}

// A bundle may need a newer Locum than the one that is at hand, and bring it.
void add_program(Command app, Action& action) {
    struct Options : Common {
        std::string file;
        std::string key;
        std::string system = platform::system_name();
        std::string output;
    };
    auto options = std::make_shared<Options>();
    Command command = app.add_subcommand(
        "program", "Take Locum's own program out of a bundle, however new the bundle is");
    command.add_option("BUNDLE", options->file, "The bundle").required().type_name("FILE");
    command.add_option("--key", options->key, "Public key: a .pub file, or 64 hex digits")
        .required()
        .type_name("FILE");
    command.add_option("--system", options->system, "Whose program")
        .type_name("SYSTEM")
        .shows_default();
    command.add_option("-o,--output", options->output, "The file to write")
        .required()
        .type_name("FILE");
    add_output(command, *options, true);
    command.callback([options, &action] {
        action = [options] {
            const std::string file = platform::absolute(options->file);
            const suite::ProgramBundle bundle =
                suite::ProgramBundle::open(file, public_key(options->key));
            if (!bundle.is_for(options->system))
                throw engine::Error(
                    fmt::format("{} brings no program for {}", file, options->system),
                    engine::Kind::usage)
                    .remedy("see what it brings: locum bundle inspect " + file);
            const std::string output = platform::absolute(options->output);
            // Beside it, so that the file has its name at once; of a name that nobody has.
            const std::string folder =
                platform::make_temporary_folder(platform::parent_of(output), ".locum-program-");
            try {
                bundle.unpack(options->system, folder + "/unpacked");
                platform::rename_durably(fmt::format("{}/unpacked/{}", folder,
                                                     suite::program_file_name(options->system)),
                                         output);
            } catch (const engine::Error&) {
                platform::remove_all(folder);
                throw;
            }
            platform::remove_all(folder);
            const std::string version = bundle.program()->version.text();
            if (options->json)
                print_event("result", {{"result", "written"},
                                       {"files", json::array({output})},
                                       {"version", version}});
            else
                fmt::print("{} is Locum {} for {}\n", output, version, options->system);
            return 0;
        };
    });
}

} // namespace

void add_bundle(Command app, Action& action) {
    Command bundle =
        app.add_subcommand("bundle", "Check suites; build, look at and verify bundles");
    bundle.require_subcommand();
    add_keygen(bundle, action);
    add_bundle_lint(bundle, action);
    add_build(bundle, action);
    add_inspect(bundle, action);
    add_verify_bundle(bundle, action);
    add_program(bundle, action);
}

} // namespace locum::cli
