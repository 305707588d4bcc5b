// The one place where errors are printed and become exit codes (engine/error.hpp).

#include "cli/as_administrator.hpp"
#include "cli/command_line.hpp"
#include "cli/document.hpp"
#include "cli/run_log.hpp"
#include "cli/setup.hpp"
#include "engine/error.hpp"
#include "platform/signals.hpp"
#include "platform/standard_error.hpp"
#include "platform/standard_output.hpp"
#include "platform/terminal.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <clocale>
#include <cstdio>
#include <fmt/format.h>

namespace {

using locum::engine::Error;
using locum::engine::Kind;
using locum::platform::to_stderr;

// Also of a command line that cannot be parsed: a program reads what it is told there, too.
bool wants_json(int argc, char** argv) {
    for (int i = 1; i < argc && std::string_view(argv[i]) != "--"; ++i)
        if (std::string_view(argv[i]) == "--json")
            return true;
    return false;
}

int print(const Error& error, bool as_json, const std::string& log = "") {
    to_stderr(fmt::format("locum: {}\n", error.one_line()));
    if (!error.remedy().empty())
        to_stderr(fmt::format("  try: {}\n", error.remedy()));
    if (!log.empty())
        to_stderr(fmt::format("  log: {}\n", log));
    if (as_json)
        locum::cli::print_error(error, log);
    return locum::engine::exit_code(error.kind());
}

// What was done is done; but who reads the output must not take it for whole. A reader that went
// away, as head does, has what it wants.
int with_output(int code) {
    std::string why;
    if (locum::platform::printed(why) != locum::platform::Printed::lost)
        return code;
    to_stderr(fmt::format("locum: standard output cannot be written{}, and is not whole\n",
                          why.empty() ? why : fmt::format(" ({})", why)));
    return code == 0 ? locum::engine::exit_code(Kind::failed) : code;
}

int run(int argc, char** argv) {
    locum::cli::Action action;
    const std::unique_ptr<CLI::App> app = locum::cli::command_line(action);
    try {
        app->parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        // CLI11's own codes start at 100; ours is 2 for whatever was typed wrongly.
        if (app->exit(error) == 0)
            return 0;
        if (wants_json(argc, argv))
            locum::cli::print_error(
                Error(error.what(), Kind::usage).remedy("add --help to see what it takes"), "");
        return locum::engine::exit_code(Kind::usage);
    }
    return action();
}

} // namespace

int main(int argc, char** argv) {
    const locum::platform::Utf8Terminal terminal;
    std::setlocale(LC_CTYPE,
                   "C.UTF-8"); // libarchive crashes on names outside ASCII in the C locale
    locum::platform::take_usual_signals();
    const bool as_json = wants_json(argc, argv);
    try {
        if (const auto code = locum::cli::run_setup({argv + 1, argv + argc}))
            return with_output(*code);
        if (const auto code = locum::cli::run_as_administrator({argv + 1, argv + argc}))
            return *code;
        return with_output(run(argc, argv));
    } catch (const locum::cli::Logged& logged) {
        return with_output(print(logged.error, as_json, logged.file));
    } catch (const Error& error) {
        return print(error, as_json);
    } catch (const std::exception& error) {
        if (std::ferror(stdout) != 0)
            return with_output(locum::engine::exit_code(Kind::failed));
        return print(locum::cli::unexpected(error), as_json);
    }
}
