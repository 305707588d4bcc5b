#include "installer/install.hpp"
#include "cli/as_administrator.hpp"
#include "cli/command.hpp"
#include "cli/document.hpp"
#include "cli/needs.hpp"
#include "cli/run_log.hpp"
#include "cli/screen.hpp"
#include "cli/wizard.hpp"
#include "engine/check.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "installer/checks.hpp"
#include "installer/unused_answers.hpp"
#include "interview/answers_text.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "platform/terminal.hpp"
#include "suite/bundle.hpp"
#include "upgrade/host_by_host.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace locum::cli {

namespace {

using nlohmann::json;

struct Options : Common {
    std::string bundle;
    std::string answers;
    bool plan = false;
    bool rollback = false;
    bool lines = false;
    std::string record;
    std::vector<std::string> ignored;
};

// A person is asked, and progress is shown, on the full screen.
bool on_screen(const Options& options) {
    return options.answers.empty() && !options.lines && screen_possible();
}
bool shown_on_screen(const Options& options) {
    return on_screen(options) && !options.json && !options.quiet && !options.verbose;
}

// R1's own way: this host's part of a rolling upgrade.
int install_part(const Options& options, const installer::Installation& installation,
                 RunReporter& reporter) {
    // Where there is no plan to be printed with them, they are printed by themselves.
    const auto found = [&](const std::vector<engine::Finding>& all) {
        print_warnings(options, all);
        if (options.json && (installer::has_errors(all) || !options.plan))
            print_findings(all);
    };
    if (options.plan) {
        const upgrade::Part part = upgrade::part_of(installation, options.ignored, found);
        if (options.json)
            print_document("plan", {{"plan", part.title},
                                    {"steps", steps_value(part.plan)},
                                    {"findings", findings_value(part.findings)}});
        else
            print_plan(part.title, part.plan, false);
        return 0;
    }
    platform::StopSignals signals;
    const bool screen = shown_on_screen(options);
    const std::string message = upgrade::install_newer(
        installation, options.ignored, found, [&signals] { return signals.arrived(); }, reporter,
        [&](const upgrade::Part& part) {
            if (screen)
                reporter.show_by(make_screen_reporter(part.title, part.plan.size()));
        });
    if (screen)
        reporter.show_by(make_reporter(options)); // the screen is given back
    if (options.json)
        print_event("result", {{"result", "upgraded"}, {"message", message}});
    else
        fmt::print("{}\n", message);
    return 0;
}

// What the plan is for, too: what the selection takes.
void print_install_plan(const installer::Installation& installation, const engine::Plan& plan,
                        const std::vector<engine::Finding>& findings, bool as_json) {
    if (as_json) {
        json told = {{"plan", plan.title},
                     {"steps", steps_value(engine::describe(plan))},
                     {"findings", findings_value(findings)}};
        add_needs(installation, told);
        print_document("plan", told);
        return;
    }
    print_plan(plan.title, engine::describe(plan), false);
    fmt::print("{}", needs_text(installation));
}

int roll_back(const Options& options, const std::string& root) {
    const cluster::Layout layout{
        root, options.suite.empty()
                  ? installer::only_begun_suite(root, installer::Begun::What::installation)
                  : options.suite};
    return logged(options, layout, "install --rollback", [&](engine::Reporter& reporter) {
        installer::roll_back(layout,
                             options.bundle.empty() ? "" : platform::absolute(options.bundle),
                             platform::this_program(), reporter);
        if (options.json)
            print_event("result", {{"result", "rolled-back"}});
        else
            fmt::print("the installation of {} is taken back\n", layout.suite);
        return 0;
    });
}

[[noreturn]] void refuse_record(const std::string& why) {
    throw engine::Error(why, engine::Kind::usage).remedy("name another file");
}

[[noreturn]] void refuse_to_record_again() {
    throw engine::Error("this host has an installation already, so there are no answers to be "
                        "recorded",
                        engine::Kind::usage)
        .remedy("leave --record out; locum answers template BUNDLE writes a file to fill in");
}

// Before a person is asked; one that was cut off has written its record, and goes on.
void require_recordable(const Options& options, const std::string& root) {
    if (options.record.empty())
        return;
    const cluster::Layout layout{
        root, suite::inspect_bundle(platform::absolute(options.bundle)).manifest.name};
    if (installer::Begun::load(layout))
        return;
    if (platform::exists(layout.state_file("node.json")))
        refuse_to_record_again();
    if (platform::exists(platform::absolute(options.record)))
        refuse_record(options.record + " is there already");
}

// From the answers file, else from the person at the terminal.
Wish wish_of(const Options& options, const std::string& root) {
    const std::string bundle = platform::absolute(options.bundle);
    const std::string program = platform::this_program();
    if (!options.answers.empty())
        return {Wish::What::install,
                installer::prepare(bundle,
                                   installer::load_answers(platform::absolute(options.answers)),
                                   root, program)};
    if (!platform::stdin_is_terminal())
        throw engine::Error("standard input is no terminal, so nothing can be asked",
                            engine::Kind::usage)
            .remedy("give --answers FILE; locum answers template BUNDLE writes one to fill in");
    require_recordable(options, root);
    const bool screen = on_screen(options);
    std::optional<AskingByLines> asking;
    if (!screen) // which takes Ctrl-C as a key
        asking.emplace();
    Wish wish = ask_wish({bundle, root, program, options.ignored},
                         *(screen ? make_screen_face() : make_lines_face()));
    asking.reset();
    if (wish.begun)
        wish.prepared.emplace(installer::prepare(bundle, *wish.begun, root, program));
    return wish;
}

// What was answered, for other hosts and the next time; secrets are left out.
void record(const Options& options, const installer::Prepared& prepared) {
    if (options.record.empty())
        return;
    if (prepared.relation != installer::Relation::none)
        refuse_to_record_again();
    const std::string file = platform::absolute(options.record);
    const std::string text = interview::answers_text(prepared.installation.answers);
    if (!platform::exists(file))
        platform::write_file(file, text, 0644);
    else if (platform::read_file(file) != text)
        refuse_record(options.record + " is there already, with other answers");
}

// What a person does after it.
void print_next(const installer::Installation& installed) {
    const installer::Answers& answers = installed.answers;
    const bool server = installed.server();
    // A secret that a host without a server has no use for.
    if (!server)
        fmt::print("{} is not needed on this host any more: delete it\n", answers.use_token);
    else if (!answers.create_token.empty())
        fmt::print("{} lets other hosts join, so keep it secret; there: locum install BUNDLE\n",
                   answers.create_token);
    const std::string& root = installed.layout.root;
    fmt::print("next: locum {}{}\n", server ? "status" : "verify",
               root.empty() ? "" : " --root " + root);
}

// Answers that change nothing, since this host is installed already.
void tell_unused(const Options& options, const installer::Installation& installation) {
    if (options.answers.empty())
        return;
    const std::vector<engine::Finding> unused =
        installer::unused_answers(installation.answers, installation.manifest(),
                                  installer::what_is_kept(installation.layout));
    print_warnings(options, unused);
    if (options.json)
        print_findings(unused);
}

int install(const Options& options, installer::Prepared& prepared, RunReporter& reporter) {
    const installer::Answers& answers = prepared.installation.answers;
    if (prepared.relation != installer::Relation::none)
        tell_unused(options, prepared.installation);
    switch (prepared.relation) {
    case installer::Relation::newer:
        return install_part(options, prepared.installation, reporter);
    case installer::Relation::same:
        if (upgrade::part_is_open(prepared.installation))
            return install_part(options, prepared.installation, reporter);
        if (options.json) {
            print_event("result", {{"result", "unchanged"}});
            return 0;
        }
        fmt::print("{} {} is installed as {}: nothing to do\n",
                   prepared.installation.manifest().title,
                   prepared.installation.manifest().version.text(), answers.node_name);
        return 0;
    case installer::Relation::none:
        break;
    }
    prepared.findings = installer::demoted(std::move(prepared.findings), options.ignored);
    print_warnings(options, prepared.findings);
    const engine::Plan plan = installer::install_plan(prepared.installation);
    if (options.plan)
        print_install_plan(prepared.installation, plan, prepared.findings, options.json);
    else if (options.json)
        print_findings(prepared.findings);
    installer::require_ready(prepared);
    if (options.plan)
        return 0;
    platform::StopSignals signals;
    const bool screen = shown_on_screen(options);
    if (screen)
        reporter.show_by(make_screen_reporter(plan.title, engine::describe(plan).size()));
    installer::install(
        prepared.installation, plan, [&signals] { return signals.arrived(); }, reporter);
    if (screen)
        reporter.show_by(make_reporter(options)); // the screen is given back
    if (options.json) {
        print_event("result", {{"result", "installed"}, {"node", answers.node_name}});
        return 0;
    }
    fmt::print("{} {} is installed and well as {}\n", prepared.installation.manifest().title,
               prepared.installation.manifest().version.text(), answers.node_name);
    print_next(prepared.installation);
    return 0;
}

int install(const Options& options) {
    const std::string root = options.root_folder();
    if (options.rollback)
        return roll_back(options, root);
    Wish wish = wish_of(options, root);
    // Which suite, where several are installed here, is the bundle's to say.
    Options known = options;
    if (wish.what != Wish::What::install)
        known.suite = suite::inspect_bundle(platform::absolute(options.bundle)).manifest.name;
    switch (wish.what) {
    case Wish::What::take_back:
        return roll_back(known, root);
    case Wish::What::resume_modification:
        return resume_modification(known);
    case Wish::What::take_back_modification:
        return take_back_modification(known);
    case Wish::What::repair:
        return repair(known, options.bundle);
    case Wish::What::modify:
        return modify(known, options.bundle, wish.selection, options.ignored);
    case Wish::What::nothing:
        if (options.json)
            print_event("result", {{"result", "unchanged"}});
        else
            fmt::print("nothing was changed\n");
        return 0;
    case Wish::What::install:
        break;
    }
    installer::Prepared& prepared = *wish.prepared;
    record(options, prepared);
    return logged(options, prepared.installation.layout, "install",
                  [&](RunReporter& reporter) { return install(options, prepared, reporter); });
}

} // namespace

void add_install(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    Command command =
        app.add_subcommand("install", "Install this host's node; with a newer bundle, upgrade it");
    command.footer(
        "With --answers it asks nothing, and a second run with the same answers changes nothing. "
        "Without,\non a terminal, it asks. Nothing is changed before preflight has passed; one "
        "that "
        "fails is taken\nback, one that was cut off goes on when the command is run again.");
    Option bundle = command.add_option("BUNDLE", options->bundle, "Of the version to install")
                        .type_name("FILE");
    Option answers = command
                         .add_option("--answers", options->answers,
                                     "The answers to all questions; without it they are asked")
                         .type_name("FILE");
    Option plan = command.add_flag("-n,--plan", options->plan, "Print the plan and change nothing");
    command
        .add_option("--record", options->record,
                    "Write what was answered to an answers file, secrets left out; also with "
                    "--plan, which changes nothing else")
        .type_name("FILE");
    command.add_flag("--lines", options->lines,
                     "Ask line by line, not on the full screen: for a screen reader");
    add_ignore(command, options->ignored);
    Option rollback =
        command.add_flag("--rollback", options->rollback,
                         "Take back an installation that was cut off; needs no other argument");
    rollback.excludes(answers).excludes(plan);
    command.parse_complete_callback([=] {
        if (!rollback.given() && !bundle.given())
            throw_missing("BUNDLE");
    });
    add_as_administrator(command);
    add_log(command, options);
    add_common(command, options, true);
    command.callback([options, &action] {
        action = [options] { return told_to(options->copy, [&] { return install(*options); }); };
    });
}

} // namespace locum::cli
