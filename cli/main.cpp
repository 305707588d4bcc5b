// The one place where errors are printed and become exit codes (engine/error.hpp).

#include "cli/command_line.hpp"
#include "cli/run_log.hpp"
#include "cli/setup.hpp"
#include "engine/error.hpp"

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
    locum::cli::Action action;
    const std::unique_ptr<CLI::App> app = locum::cli::command_line(action);
    try {
        app->parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11's own codes start at 100; ours is 2 for whatever was typed wrongly.
        return app->exit(error) == 0 ? 0 : locum::engine::exit_code(Kind::usage);
    }
    return action();
}

} // namespace

int main(int argc, char** argv) {
    std::setlocale(LC_CTYPE,
                   "C.UTF-8"); // libarchive crashes on names outside ASCII in the C locale
    std::signal(SIGPIPE, SIG_IGN);
    try {
        if (const auto code = locum::cli::run_setup({argv + 1, argv + argc}))
            return *code;
        return run(argc, argv);
    } catch (const locum::cli::Logged& logged) {
        const int code = print(logged.error);
        fmt::print(stderr, "  log: {}\n", logged.file);
        return code;
    } catch (const Error& error) {
        return print(error);
    } catch (const std::exception& error) {
        return print(locum::cli::unexpected(error));
    }
}
