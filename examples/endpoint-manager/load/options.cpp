#include "examples/endpoint-manager/load/options.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace endpoint::load {
namespace {

std::optional<Front> parse_front(const std::string& text) {
    const auto colon = text.rfind(':');
    Front front;
    if (colon == std::string::npos || colon == 0) {
        return std::nullopt;
    }
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, front.port);
    if (error != std::errc{} || stop != end || front.port == 0) {
        return std::nullopt;
    }
    front.address = text.substr(0, colon);
    if (front.address.front() == '[' && front.address.back() == ']') {
        front.address = front.address.substr(1, front.address.size() - 2);
    }
    return front;
}

} // namespace

Parsed parse_options(int argc, char** argv) {
    Parsed parsed;
    Options& options = parsed.options;
    std::vector<std::string> fronts;
    CLI::App app(
        "Devices and administrators of the endpoint manager: sends a steady mix of requests, never "
        "repeats one, checks each answer by value, and reads acknowledged writes back at the end. "
        "Exit code 0: nothing failed, was wrong or lost; 1: something did; 2: could not start.",
        "endpoint-load");
    app.add_option("--front", fronts,
                   "address:port that answers; repeat it, and clients spread over them")
        ->required()
        ->type_name("A:P")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->check([](const std::string& text) {
            return parse_front(text)
                       ? std::string()
                       : "'" + text + "': expected address:port, as in 127.0.0.2:30001";
        });
    app.add_option("--devices", options.devices, "number of devices, D00001 and on")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--rate", options.rate, "requests per second, of all clients together")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--clients", options.clients,
                   "keep-alive connections; at most one for each profile, which has one writer")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--user", options.user, "administrator who writes")->capture_default_str();
    app.add_option("--password", options.password, "and the password")->capture_default_str();
    app.add_option("--stop-file", options.stop_file, "run until this file exists")
        ->type_name("FILE");
    app.add_option("--min-seconds", options.min_seconds, "run this long at least")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--time-limit", options.time_limit_s, "run this many seconds at most")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--events", options.events, "write one line of JSON a second to this file")
        ->type_name("FILE");
    app.add_option("--out", options.out, "write the figures to this file, not to standard output")
        ->type_name("FILE");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        parsed.exit_code = app.exit(error) == 0 ? 0 : 2;
        return parsed;
    }
    for (const std::string& front : fronts) {
        options.fronts.push_back(*parse_front(front));
    }
    return parsed;
}

} // namespace endpoint::load
