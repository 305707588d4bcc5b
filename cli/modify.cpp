#include "upgrade/modify.hpp"
#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "engine/error.hpp"
#include "installer/begun.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::cli {

namespace {

using engine::Error;
using engine::Kind;

struct Options : Common {
    std::string bundle;
    installer::Selection selection;
    std::string answers;
    std::string token;
    bool plan = false;
    bool rollback = false;
    std::vector<std::string> ignored;
};

upgrade::ModifyRequest request_of(const Options& options) {
    upgrade::ModifyRequest request;
    request.layout = options.layout();
    request.program = platform::this_program();
    if (!options.bundle.empty())
        request.bundle = platform::absolute(options.bundle);
    request.selection = options.selection;
    if (!options.answers.empty())
        request.answers = installer::load_answers(platform::absolute(options.answers));
    if (!options.token.empty())
        request.token = token::NetworkToken::load(platform::absolute(options.token));
    request.ignored = options.ignored;
    return request;
}

int roll_back(const Options& options) {
    Options known = options;
    if (known.suite.empty())
        known.suite = installer::only_begun_suite(options.root_folder(),
                                                  installer::Begun::What::modification);
    const upgrade::ModifyRequest request = request_of(known);
    return logged(options, request.layout, "modify --rollback", [&](engine::Reporter& reporter) {
        upgrade::roll_back(request, reporter);
        if (options.json)
            print_event("result", {{"result", "rolled-back"}});
        else
            fmt::print("the modification is taken back\n");
        return 0;
    });
}

int modify(const Options& options, upgrade::ModifyRequest& request, engine::Reporter& reporter) {
    const upgrade::Modifying modifying = upgrade::modifying_of(request);
    const std::string components = fmt::format("{}", fmt::join(modifying.components, ", "));
    if (modifying.plan.empty()) {
        if (options.json)
            print_event("result", {{"result", "unchanged"}});
        else
            fmt::print("{} is {}: nothing to do\n", modifying.node, components);
        return 0;
    }
    print_warnings(options, modifying.findings);
    if (options.plan && options.json) {
        print_document("plan", {{"plan", modifying.title},
                                {"steps", steps_value(modifying.plan)},
                                {"notes", modifying.notes},
                                {"findings", findings_value(modifying.findings)}});
    } else if (options.plan) {
        print_plan(modifying.title, modifying.plan, false);
        for (const std::string& note : modifying.notes)
            fmt::print("note: {}\n", note);
    } else if (options.json) {
        print_findings(modifying.findings);
    }
    engine::require_no_errors(modifying.findings);
    if (modifying.not_admitted)
        throw *modifying.not_admitted;
    if (options.plan)
        return 0;
    platform::StopSignals signals;
    request.cancelled = [&signals] { return signals.arrived(); };
    upgrade::modify(request, reporter);
    if (options.json) {
        print_event("result", {{"result", "modified"}, {"components", modifying.components}});
        return 0;
    }
    for (const std::string& note : modifying.notes)
        fmt::print("note: {}\n", note);
    fmt::print("{} is {} and well\nnext: locum verify{}\n", modifying.node, components,
               request.layout.root.empty() ? "" : " --root " + request.layout.root);
    return 0;
}

int modify(const Options& options) {
    require_root_for(options);
    if (options.rollback)
        return roll_back(options);
    upgrade::ModifyRequest request = request_of(options);
    return logged(options, request.layout, "modify",
                  [&](RunReporter& reporter) { return modify(options, request, reporter); });
}

} // namespace

int modify(const Common& common, const std::string& bundle, const installer::Selection& selection,
           const std::vector<std::string>& ignored) {
    return modify(Options{common, bundle, selection, "", "", false, false, ignored});
}

int resume_modification(const Common& common) {
    Options options;
    static_cast<Common&>(options) = common;
    const auto begun = installer::Begun::load(options.layout());
    if (!begun || begun->what != installer::Begun::What::modification)
        throw Error("no modification is unfinished here any more", Kind::usage)
            .remedy("run the command again");
    upgrade::ModifyRequest request = request_of(options);
    request.selection = {begun->change.add, begun->change.remove};
    if (!begun->answers_text.empty())
        request.answers = installer::parse_answers(begun->answers_text, begun->answers_file);
    return logged(options, request.layout, "modify",
                  [&](RunReporter& reporter) { return modify(options, request, reporter); });
}

int take_back_modification(const Common& common) {
    Options options;
    static_cast<Common&>(options) = common;
    return roll_back(options);
}

void add_modify(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    Command command = app.add_subcommand("modify", "Add components to this node, or remove some");
    command.footer("One of --add, --remove and --rollback is needed. One that was cut off goes on "
                   "when the command\nis run again.");
    command
        .add_option("BUNDLE", options->bundle,
                    "Of the version that is installed, where none is kept")
        .type_name("FILE");
    Option add =
        command.add_option("--add", options->selection.add, "Add it; may be given several times")
            .type_name("COMPONENT");
    Option remove = command
                        .add_option("--remove", options->selection.remove,
                                    "Remove it; may be given several times")
                        .type_name("COMPONENT");
    Option answers =
        command
            .add_option("--answers", options->answers,
                        "This node's answers: ports, services and firewall of what is added")
            .type_name("FILE");
    command
        .add_option("--token", options->token,
                    "The network token, where a node without a server is to become more")
        .type_name("FILE");
    Option plan = command.add_flag("-n,--plan", options->plan, "Print the plan and change nothing");
    add_ignore(command, options->ignored);
    Option rollback = command.add_flag("--rollback", options->rollback,
                                       "Take back a modification that was cut off");
    rollback.excludes(add).excludes(remove).excludes(answers).excludes(plan);
    command.parse_complete_callback([=] {
        if (!rollback.given() && !add.given() && !remove.given())
            throw_missing("--add or --remove");
    });
    add_common(command, options, true);
    command.callback([options, &action] { action = [options] { return modify(*options); }; });
}

} // namespace locum::cli
