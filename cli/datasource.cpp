// The datasources that this host knows, and which of them the cluster's servers work on.

#include "upgrade/datasource.hpp"
#include "cli/datasource_view.hpp"
#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "cluster/installed.hpp"
#include "cluster/registry.hpp"
#include "engine/error.hpp"
#include "installer/answers.hpp"
#include "platform/files.hpp"
#include "platform/lock.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "platform/terminal.hpp"

#include <fmt/format.h>

namespace locum::cli {

namespace {

using cluster::NamedDatasource;
using engine::Error;
using installer::SecretSource;

// What is given of an account; its password never as an argument, which others on the host read.
struct AccountOptions {
    std::string user;
    std::string file;
    std::string variable;
};

struct Options : Common {
    std::string name;
    std::string to; // of copy
    std::string type;
    std::string host;
    std::uint16_t port = 0;
    std::string database;
    std::string file;
    AccountOptions application;
    AccountOptions locum;
    bool ask = false;
    bool plan = false;
    std::string confirm;
};

enum class Missing { is_asked, stays };

void set_account(datasource::Account& account, const AccountOptions& given,
                 const std::string& whose, Missing missing) {
    if (!given.user.empty())
        account.user = given.user;
    if (account.user.empty())
        throw Error("no user for " + whose + " was given", engine::Kind::usage)
            .remedy("give --user and --locum-user");
    if (!given.file.empty())
        account.password =
            installer::read_secret({SecretSource::From::file, platform::absolute(given.file)});
    else if (!given.variable.empty())
        account.password =
            installer::read_secret({SecretSource::From::environment, given.variable});
    else if (missing == Missing::is_asked && !platform::stdin_is_terminal())
        throw Error("standard input is no terminal, so no password can be asked for",
                    engine::Kind::usage)
            .remedy("give --password-file and --locum-password-file, or --password-env and "
                    "--locum-password-env");
    else if (missing == Missing::is_asked)
        account.password = installer::read_secret(
            {SecretSource::From::prompt, fmt::format("Password of {} ({})", account.user, whose)});
}

// Those that were given and that the other kind of database has.
std::vector<std::string> unfit(const Options& options, bool embedded) {
    const std::vector<std::pair<std::string, bool>> of_server{
        {"--host", !options.host.empty()},
        {"--port", options.port != 0},
        {"--database", !options.database.empty()},
        {"--user", !options.application.user.empty()},
        {"--password-file", !options.application.file.empty()},
        {"--password-env", !options.application.variable.empty()},
        {"--locum-user", !options.locum.user.empty()},
        {"--locum-password-file", !options.locum.file.empty()},
        {"--locum-password-env", !options.locum.variable.empty()}};
    std::vector<std::string> names;
    if (!embedded && !options.file.empty())
        names.emplace_back("--file");
    for (const auto& [name, given] : of_server)
        if (embedded && given)
            names.push_back(name);
    return names;
}

// What is not given stays as it is; of another kind of database nothing does.
void set(datasource::Settings& settings, const Options& options, Missing missing) {
    if (!options.type.empty()) {
        const datasource::Kind kind =
            options.type == "postgresql" ? datasource::Kind::postgresql : datasource::Kind::sqlite;
        if (kind != settings.kind) {
            settings = {};
            settings.port = 5432;
            missing = Missing::is_asked;
        }
        settings.kind = kind;
    }
    const bool embedded = settings.kind == datasource::Kind::sqlite;
    if (const std::vector<std::string> names = unfit(options, embedded); !names.empty())
        throw Error(fmt::format("{} says nothing of {} database", fmt::join(names, ", "),
                                embedded ? "an embedded" : "a PostgreSQL"),
                    engine::Kind::usage)
            .remedy(fmt::format("leave it out; or, for the other kind: --type {}",
                                embedded ? "postgresql" : "embedded"));
    if (!options.file.empty())
        settings.file = platform::absolute(options.file);
    if (embedded) {
        if (settings.file.empty())
            throw Error("an embedded database is a file", engine::Kind::usage)
                .remedy("give --file PATH");
        return;
    }
    if (!options.host.empty())
        settings.host = options.host;
    if (options.port != 0)
        settings.port = options.port;
    if (!options.database.empty())
        settings.database = options.database;
    if (settings.host.empty() || settings.database.empty())
        throw Error("host and database are not both known", engine::Kind::usage)
            .remedy("give --host and --database");
    set_account(settings.application, options.application, "the application's account", missing);
    set_account(settings.locum, options.locum, "Locum's account", missing);
}

int done(const Options& options, std::string_view result, const std::string& name,
         const std::string& says, RunReporter* logging = nullptr) {
    if (logging && result != "unchanged")
        logging->log().add(says);
    if (options.json)
        print_event("result", {{"result", result}, {"datasource", name}});
    else
        fmt::print("{}\n", says);
    return 0;
}

DatasourceState state_of(const cluster::Layout& layout, const NamedDatasource& active) {
    try {
        cluster::Store store(active.settings, layout.suite);
        return cluster::Registry(store).fact(cluster::fact::deactivated).empty()
                   ? DatasourceState::active
                   : DatasourceState::deactivated;
    } catch (const Error& error) {
        platform::to_stderr(fmt::format("warning: {}\n", error.one_line()));
        return DatasourceState::unknown;
    }
}

// What is kept is not changed while an activation on this host has it in hand.
platform::Lock locked(const cluster::Layout& layout) {
    return platform::Lock::take(layout.state_file("host.lock"), "datasource");
}

int list(const Options& options) {
    const cluster::Layout layout = options.layout();
    const NamedDatasource active = cluster::active_datasource(layout);
    std::vector<ShownDatasource> shown{{active, state_of(layout, active)}};
    for (NamedDatasource& one : cluster::kept_datasources(layout))
        shown.push_back({std::move(one), DatasourceState::kept});
    fmt::print("{}", options.json ? datasources_json(shown) : datasources_text(shown));
    return 0;
}

int add(const Options& options, RunReporter& reporter) {
    const cluster::Layout layout = options.layout();
    const platform::Lock held = locked(layout);
    cluster::require_datasource_name(options.name);
    if (cluster::active_datasource(layout).name == options.name)
        cluster::keep_datasource(layout, {options.name, {}}); // says why not
    for (const NamedDatasource& one : cluster::kept_datasources(layout))
        if (one.name == options.name)
            throw Error(fmt::format("there is a datasource {} already", options.name),
                        engine::Kind::refused)
                .remedy("locum datasource edit " + options.name);
    NamedDatasource added{options.name, {}};
    added.settings.port = 5432;
    Options with_type = options;
    if (with_type.type.empty())
        with_type.type = "postgresql";
    set(added.settings, with_type, Missing::is_asked);
    cluster::keep_datasource(layout, added);
    return done(options, "added", options.name,
                fmt::format("{0} is kept; next: locum datasource test {0}", options.name),
                &reporter);
}

int edit(const Options& options, RunReporter& reporter) {
    const cluster::Layout layout = options.layout();
    const platform::Lock held = locked(layout);
    NamedDatasource edited = cluster::datasource_named(layout, options.name);
    edited.sent = false; // it is this host's own from now on
    set(edited.settings, options, options.ask ? Missing::is_asked : Missing::stays);
    cluster::keep_datasource(layout, edited);
    return done(options, "edited", options.name,
                fmt::format("{0} is changed; next: locum datasource test {0}", options.name),
                &reporter);
}

int copy(const Options& options, RunReporter& reporter) {
    const cluster::Layout layout = options.layout();
    const platform::Lock held = locked(layout);
    for (const NamedDatasource& one : cluster::kept_datasources(layout))
        if (one.name == options.to)
            throw Error(fmt::format("there is a datasource {} already", options.to),
                        engine::Kind::refused)
                .remedy("name another, or: locum datasource remove " + options.to);
    cluster::keep_datasource(
        layout, {options.to, cluster::datasource_named(layout, options.name).settings});
    return done(options, "copied", options.to,
                fmt::format("{0} is kept; next: locum datasource edit {0}", options.to), &reporter);
}

int test(const Options& options) {
    const cluster::Layout layout = options.layout();
    const NamedDatasource named = cluster::datasource_named(layout, options.name);
    const cluster::NodeState state = cluster::load_node_state(layout);
    const suite::Manifest manifest = cluster::InstalledVersion(layout, state.version).manifest();
    const upgrade::ReachedDatabase reached =
        upgrade::reach_database(named.settings, layout.suite, manifest);
    upgrade::require_fit(named, reached, state.cluster_id, manifest);
    return done(
        options, "well", options.name,
        fmt::format("{}: both accounts connect, the cluster's registry is there, and schema "
                    "{} is what version {} needs",
                    options.name, reached.schema, manifest.version.text()));
}

int show(const Options& options, const upgrade::Activating& activating) {
    if (options.json) {
        print_document("plan", {{"plan", activating.title},
                                {"steps", steps_value(activating.plan)},
                                {"notes", activating.notes}});
        return 0;
    }
    print_plan(activating.title, activating.plan, false);
    for (const std::string& note : activating.notes)
        fmt::print("note: {}\n", note);
    return 0;
}

int activate(const Options& options) {
    upgrade::DatasourceRequest request{options.layout(), options.name};
    if (options.json)
        request.found = print_findings;
    if (options.plan)
        return show(options, upgrade::activating_of(request));
    return logged(options, request.layout, "datasource activate", [&](engine::Reporter& reporter) {
        platform::StopSignals signals;
        request.cancelled = [&signals] { return signals.arrived(); };
        const bool changed = upgrade::activate(request, reporter);
        return done(options, changed ? "activated" : "unchanged", options.name,
                    changed ? fmt::format("all servers work on {} and are well", options.name)
                            : fmt::format("all servers work on {}: nothing to do", options.name));
    });
}

int deactivate(const Options& options, RunReporter& reporter) {
    if (options.confirm != options.name)
        throw Error(
            fmt::format("'{}' was confirmed; the datasource is {}", options.confirm, options.name),
            engine::Kind::usage)
            .remedy("no server can start on it afterwards; give --confirm " + options.name);
    const bool changed = upgrade::deactivate({options.layout(), options.name});
    return done(
        options, changed ? "deactivated" : "unchanged", options.name,
        fmt::format("no server starts on {0} until: locum datasource activate {0}", options.name),
        &reporter);
}

int remove(const Options& options, RunReporter& reporter) {
    const cluster::Layout layout = options.layout();
    const platform::Lock held = locked(layout);
    cluster::forget_datasource(layout, options.name);
    return done(options, "removed", options.name, options.name + " is forgotten on this host",
                &reporter);
}

void add_account(Command command, AccountOptions& account, const std::string& prefix,
                 const std::string& whose) {
    command.add_option("--" + prefix + "user", account.user, whose).type_name("NAME");
    Option file =
        command.add_option("--" + prefix + "password-file", account.file, "File with its password")
            .type_name("FILE");
    command
        .add_option("--" + prefix + "password-env", account.variable,
                    "Environment variable with its password")
        .type_name("NAME")
        .excludes(file);
}

void add_settings(Command command, Options& options) {
    command
        .add_option("--type", options.type,
                    "The engine; a new one is postgresql, where none is given")
        .type_name("KIND")
        .one_of({"postgresql", "embedded"});
    command.add_option("--host", options.host, "The database's host: a name or an address")
        .type_name("HOST");
    command.add_option("--port", options.port, "Its port; a new one has 5432, where none is given")
        .type_name("PORT")
        .between(1, 65535);
    command.add_option("--database", options.database, "The database's name there")
        .type_name("NAME");
    command.add_option("--file", options.file, "Of an embedded database").type_name("FILE");
    add_account(command, options.application, "", "The application's account");
    add_account(command, options.locum, "locum-", "Locum's account");
}

} // namespace

void add_datasource(Command app, Action& action) {
    Command datasource =
        app.add_subcommand("datasource", "What the cluster's servers work on, by name");
    datasource.require_subcommand();
    const auto add_verb = [&](const std::string& name, const std::string& about,
                              const std::function<int(const Options&)>& work) {
        auto options = std::make_shared<Options>();
        Command command = datasource.add_subcommand(name, about);
        if (name != "list")
            command.add_option("NAME", options->name, "The datasource").required();
        add_common(command, options, true);
        command.callback([options, work, &action] {
            action = [options, work] {
                require_root_for(*options);
                return work(*options);
            };
        });
        return std::pair{command, options};
    };
    const auto add_change = [&](const std::string& name, const std::string& about,
                                int (*work)(const Options&, RunReporter&)) {
        return add_verb(name, about, [name, work](const Options& options) {
            return logged(options, options.layout(), "datasource " + name,
                          [&](RunReporter& reporter) { return work(options, reporter); });
        });
    };
    add_verb("list", "The active one, and those that this host keeps", list);
    const auto [adding, added] = add_change(
        "add", "Keep one; passwords are asked for where no file or variable is named", add);
    add_settings(adding, *added);
    const auto [editing, edited] =
        add_change("edit", "Change one that is kept; what is not given stays", edit);
    add_settings(editing, *edited);
    editing.add_flag("--ask", edited->ask, "Ask for the passwords");
    const auto [copying, copied] = add_change("copy", "Keep another with the same settings", copy);
    copying.add_option("NEW", copied->to, "The new one's name").required();
    add_verb("test", "Connect with both accounts; see whose database it is, and its schema", test);
    const auto [activating, activated] = add_verb(
        "activate", "Let all servers work on it, one after the other; start them again", activate);
    activating.add_flag("-n,--plan", activated->plan, "Print the plan and change nothing");
    const auto [deactivating, deactivated] = add_change(
        "deactivate", "Let no server start on the active one; all are stopped before", deactivate);
    deactivating.add_option("--confirm", deactivated->confirm, "The datasource's name again")
        .type_name("NAME");
    add_change("remove", "Forget one that is kept", remove);
}

} // namespace locum::cli
