// The one place where errors are printed and become exit codes (engine/error.hpp).

#include "cli/command.hpp"
#include "engine/error.hpp"
#include "engine/locum_version.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <clocale>
#include <csignal>
#include <fmt/format.h>

namespace {

using locum::engine::Error;
using locum::engine::Kind;

int print(const Error& error) {
    fmt::print(stderr, "locum: {}\n", error.one_line());
    if (!error.remedy().empty())
        fmt::print(stderr, "  try: {}\n", error.remedy());
    return locum::engine::exit_code(error.kind());
}

int run(int argc, char** argv) {
    CLI::App app("Installs suites of servers that share one database, and upgrades their clusters.",
                 "locum");
    app.set_version_flag("--version", std::string("locum ") + locum::engine::locum_version());
    app.require_subcommand(1);
    locum::cli::Action action;
    locum::cli::add_bundle(app, action);
    locum::cli::add_answers(app, action);
    locum::cli::add_install(app, action);
    locum::cli::add_verify(app, action);
    locum::cli::add_repair(app, action);
    locum::cli::add_modify(app, action);
    locum::cli::add_uninstall(app, action);
    locum::cli::add_upgrade(app, action);
    locum::cli::add_rehearse(app, action);
    locum::cli::add_status(app, action);
    locum::cli::add_node(app, action);
    locum::cli::add_token(app, action);
    locum::cli::add_agent(app, action);
    locum::cli::add_debug(app, action);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11's own codes start at 100; ours is 2 for whatever was typed wrongly.
        return app.exit(error) == 0 ? 0 : locum::engine::exit_code(Kind::usage);
    }
    return action();
}

} // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_CTYPE,
                   "C.UTF-8"); // libarchive crashes on names outside ASCII in the C locale
    std::signal(SIGPIPE, SIG_IGN);
    try {
        return run(argc, argv);
    } catch (const Error& error) {
        return print(error);
    } catch (const std::exception& error) {
        return print(Error(fmt::format("unexpected: {}", error.what()))
                         .remedy("please report this with the command that was run"));
    }
}
