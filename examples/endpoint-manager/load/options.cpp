#include "examples/endpoint-manager/load/options.hpp"

#include <CLI/CLI.hpp>

namespace endpoint::load {

Parsed parse_options(int argc, char** argv) {
    Parsed parsed;
    Options& options = parsed.options;
    CLI::App app(
        "Devices and administrators of the endpoint manager: sends a steady mix of requests, never "
        "repeats one, checks each answer by value, and reads acknowledged writes back at the end. "
        "Exit code 0: nothing failed, was wrong or lost; 1: something did; 2: could not start.",
        "endpoint-load");
    example::load::add_options(app, options);
    app.get_option("--clients")
        ->description("keep-alive connections; at most one for each profile, which has one writer");
    app.add_option("--devices", options.devices, "number of devices, D00001 and on")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--user", options.user, "administrator who writes")->capture_default_str();
    app.add_option("--password", options.password, "and the password")->capture_default_str();
    app.add_option("--patience", options.patience_s, "wait this many seconds for an answer")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
    }
    return parsed;
}

} // namespace endpoint::load
