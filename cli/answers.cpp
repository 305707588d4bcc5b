#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "installer/facts.hpp"
#include "interview/questions.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/operating_system.hpp"
#include "suite/bundle.hpp"
#include "suite/systems.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

struct Options : Common {
    std::string bundle;
    std::string file;
    std::string output;
    std::string system = platform::system_name();
};

// As the bundle says it to hosts of the system.
suite::Manifest manifest_of(const Options& options) {
    return suite::for_system(suite::inspect_bundle(platform::absolute(options.bundle)).manifest,
                             options.system);
}

int print_template(const Options& options) {
    const suite::Manifest manifest = manifest_of(options);
    const interview::Setting setting{
        manifest, manifest.licence,
        "",       {platform::host_name(), platform::own_addresses(), "."},
        true,     {}};
    const std::string text = interview::template_of(setting);
    if (options.output.empty()) {
        fmt::print("{}", text);
        return 0;
    }
    const std::string to = platform::absolute(options.output);
    if (platform::exists(to))
        throw engine::Error(to + " is there already", engine::Kind::usage)
            .remedy("name another file");
    platform::write_file(to, text, 0600);
    if (options.json)
        print_event("result", {{"result", "written"}, {"files", nlohmann::json::array({to})}});
    else
        fmt::print("{} is written: fill it in, then: locum answers check {} {}\n", to,
                   options.output, options.bundle);
    return 0;
}

int check(const Options& options) {
    const installer::Answers answers = installer::load_answers(platform::absolute(options.file));
    std::vector<engine::Finding> findings;
    if (!options.bundle.empty())
        findings = installer::selection_findings(answers, manifest_of(options));
    if (options.json)
        print_document("findings", {{"findings", findings_value(findings)}});
    engine::require_no_errors(findings);
    if (options.json)
        return 0;
    fmt::print("{}: answers for {} on {}{}\n", options.file, answers.suite, answers.node_name,
               options.bundle.empty() ? "; against its bundle: locum answers check FILE BUNDLE"
                                      : "");
    return 0;
}

void add_system(Command command, Options& options) {
    command
        .add_option("--system", options.system,
                    "Of the host that they are for; where it is not this one's")
        .type_name("SYSTEM");
}

} // namespace

void add_answers(Command app, Action& action) {
    Command answers =
        app.add_subcommand("answers", "Files of answers, for installations that ask nothing");
    answers.require_subcommand();
    const auto options = std::make_shared<Options>();

    Command writer =
        answers.add_subcommand("template", "Write one to fill in, with every question explained");
    writer.add_option("BUNDLE", options->bundle, "The suite's bundle").required().type_name("FILE");
    add_system(writer, *options);
    Option output =
        writer.add_option("-o,--output", options->output, "Where to; else to standard output")
            .type_name("FILE");
    add_output(writer, *options, true);
    writer.option("--json").needs(output); // else the template is what is printed
    writer.callback(
        [options, &action] { action = [options] { return print_template(*options); }; });

    Command checker =
        answers.add_subcommand("check", "Tell what is wrong in one, without looking at this host");
    checker.add_option("FILE", options->file, "The answers").required().type_name("FILE");
    checker.add_option("BUNDLE", options->bundle, "The bundle that they are for").type_name("FILE");
    add_system(checker, *options);
    add_output(checker, *options, true);
    checker.callback([options, &action] { action = [options] { return check(*options); }; });
}

} // namespace locum::cli
