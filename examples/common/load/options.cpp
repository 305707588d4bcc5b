#include "examples/common/load/options.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

namespace example::load {

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

void add_front_option(CLI::App& app, std::vector<Front>& fronts) {
    app.add_option_function<std::vector<std::string>>(
           "--front",
           [&fronts](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) {
                   fronts.push_back(*parse_front(text));
               }
           },
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
}

void add_options(CLI::App& app, Settings& settings) {
    add_front_option(app, settings.fronts);
    app.add_option("--rate", settings.rate, "requests per second, of all clients together")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--clients", settings.clients, "clients, each with one request at a time")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--stop-file", settings.stop_file, "run until this file exists")
        ->type_name("FILE");
    app.add_option("--min-seconds", settings.min_seconds, "run this long at least")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--time-limit", settings.time_limit_s, "run this many seconds at most")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--events", settings.events, "write one line of JSON a second to this file")
        ->type_name("FILE");
    app.add_option("--out", settings.out, "write the figures to this file, not to standard output")
        ->type_name("FILE");
}

} // namespace example::load
