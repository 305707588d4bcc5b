#include "cli/command.hpp"
#include "cli/document.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"
#include "platform/host.hpp"
#include "platform/signals.hpp"
#include "rehearse/rehearsal.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <optional>
#include <utility>

namespace locum::cli {

namespace {

struct Options : Common {
    rehearse::Options asked;
    std::string mode = "auto";
    std::string datasource;
    std::string junit;
    std::string html;
    unsigned grace_s = 30;
};

// Files that are asked for are written whatever the answer is; that they can be is known before.
void require_writeable(const std::string& named) {
    if (named.empty())
        return;
    const std::string file = platform::absolute(named);
    const std::string folder = platform::parent_of(file);
    if (!platform::exists(folder) || !platform::writeable(folder))
        throw engine::Error(fmt::format("the folder {} cannot be written", folder),
                            engine::Kind::usage)
            .remedy("make it, or name another file");
    if (platform::exists(file) && !platform::is_regular_file(file))
        throw engine::Error(fmt::format("{} is no file that can be replaced", file),
                            engine::Kind::usage)
            .remedy("name a file");
}

void write(const std::string& file, const std::string& text) {
    if (!file.empty())
        platform::write_file(platform::absolute(file), text, 0644);
}

// On standard output first: what keeps a file from being written keeps the answer from nobody, nor
// does who listens there no more keep the files from being written.
void tell(const Options& options, const rehearse::Report& report) {
    if (options.json)
        print_document("rehearsal", rehearse::json_of(report));
    else
        std::fputs(rehearse::text_of(report).c_str(), stdout);
    std::fflush(stdout);
    std::optional<engine::Error> failure;
    for (const auto& [file, text] : {std::pair{options.junit, rehearse::junit_of(report)},
                                     std::pair{options.html, rehearse::html_of(report)}})
        try {
            write(file, text);
        } catch (const engine::Error& error) {
            failure = error;
        }
    if (failure)
        throw engine::Error(*failure).during("writing the report");
}

int rehearsal(Options& options) {
    require_writeable(options.junit);
    require_writeable(options.html);
    rehearse::Options& asked = options.asked;
    if (options.mode != "auto")
        asked.mode = upgrade::upgrade_mode(options.mode);
    if (!options.datasource.empty())
        asked.datasource = options.datasource == "embedded" ? datasource::Kind::sqlite
                                                            : datasource::Kind::postgresql;
    asked.folder = options.root;
    asked.grace = std::chrono::seconds(options.grace_s);
    asked.program = platform::this_program();
    platform::StopSignals signals;
    bool stop = false;
    Common progress = options;
    progress.json = false; // standard output is the report's
    const rehearse::Report report = rehearse::rehearse(
        asked, [&] { return stop = stop || signals.arrived(); }, *make_reporter(progress));
    tell(options, report);
    return rehearse::exit_code(report);
}

} // namespace

void add_rehearse(Command app, Action& action) {
    auto options = std::make_shared<Options>();
    rehearse::Options& asked = options->asked;
    Command command = app.add_subcommand(
        "rehearse", "Try an upgrade out on throw-away nodes of this machine, and say yes or no");
    command.add_option("OLD", asked.before, "Bundle or source folder of the old version")
        .required()
        .type_name("FILE");
    command.add_option("NEW", asked.after, "The same of the new version")
        .required()
        .type_name("FILE");
    command
        .add_option("--key", asked.key, "Public key of the bundles: a .pub file, or 64 hex digits")
        .type_name("KEY");
    command.add_option("--nodes", asked.nodes, "Nodes with a server each; balancers on two of them")
        .type_name("COUNT")
        .between(1, 50)
        .shows_default();
    command
        .add_option("--mode", options->mode, "How the upgrade goes; auto: as `upgrade run` chooses")
        .type_name("MODE")
        .one_of({"auto", "rolling", "in-place", "short-downtime"})
        .shows_default();
    command
        .add_option("--datasource", options->datasource,
                    "Default: postgresql, where the suite has migrations for it")
        .type_name("KIND")
        .one_of({"embedded", "postgresql"});
    command
        .add_option("--database", asked.database,
                    "A dump of the old version's database, or a command that fills it")
        .type_name("FILE|CMD");
    command
        .add_option("--from-productive", asked.from_productive,
                    "Root of an installed node (/: the host's own), whose database is copied; what "
                    "is measured is kept there for `upgrade plan`")
        .type_name("DIR");
    command
        .add_option("--load", asked.load,
                    "Clients, until SIGTERM; $LOCUM_FRONTS has their addresses. Default: the "
                    "suite's probes are polled")
        .type_name("CMD");
    command.add_option("--load-grace", options->grace_s, "How long the load has to end")
        .type_name("SECONDS")
        .shows_default();
    command
        .add_option("--address", asked.address, "Of the first node; the others have the next ones")
        .type_name("IPV4")
        .shows_default();
    command
        .add_option("--may-lose-rows", asked.may_lose_rows,
                    "A table that may have fewer rows afterwards; may be given several times")
        .type_name("TABLE")
        .one_value_each();
    add_ignore(command, asked.ignored);
    command.add_option("--junit", options->junit, "Write the report as JUnit XML")
        .type_name("FILE");
    command.add_option("--html", options->html, "Write the report as one page").type_name("FILE");
    command.add_option("--root", options->root, "Make the throw-away folders in this one")
        .type_name("DIR");
    command.add_flag("--keep", asked.keep, "Leave the folders, with all logs");
    add_output(command, *options, true);
    command.callback([options, &action] { action = [options] { return rehearsal(*options); }; });
}

} // namespace locum::cli
