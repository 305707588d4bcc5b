#include "examples/endpoint-manager/server/api.hpp"
#include "examples/endpoint-manager/server/listener.hpp"
#include "examples/endpoint-manager/server/queries.hpp"
#include "examples/endpoint-manager/server/workers.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace endpoint;

constexpr int worker_count = 4;

void serve(const std::string& config_file) {
    const Config config = read_config(config_file);
    const auto writers = std::make_shared<std::mutex>();
    const Store::Open open = [&config, writers] {
        return config.engine == Engine::sqlite ? open_sqlite(config.file, writers)
                                               : open_postgresql(config.connection);
    };
    std::vector<std::unique_ptr<Store>> stores;
    for (int i = 0; i < worker_count; ++i) {
        stores.push_back(std::make_unique<Store>(open, config.node));
    }

    // The listener goes first: what the workers still answer is dropped with it.
    auto workers = std::make_unique<Workers>(std::move(stores));
    const Connection::Handler handler{
        [&config, &workers](Request request, Connection::Reply reply) {
            workers->post([&config, request = std::move(request), reply = std::move(reply)](
                              Store& store) { reply(answer(request, store, config)); });
        },
        [&config](const std::string& error) { return error_answer(400, error, config); }};
    Listener listener(config.address, config.port, handler);
    fmt::print(stderr, "endpoint-server: {} serves {} on {}:{} in {} mode\n", queries().product,
               config.node, config.address, config.port, config.update_mode ? "update" : "normal");
    if (!listener.run()) {
        // A worker may be waiting for the database; the process ends without it.
        fmt::print(stderr, "endpoint-server: stopped, and cut off requests that took too long\n");
        std::_Exit(0);
    }
    workers.reset();
    fmt::print(stderr, "endpoint-server: stopped\n");
}

void usage(std::FILE* stream) {
    fmt::print(stream, "usage: endpoint-server --config FILE | --version | --help\n");
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments == std::vector<std::string>{"--version"}) {
        fmt::print("endpoint-server {} (schema {})\n", queries().product, queries().schema);
        return 0;
    }
    if (arguments == std::vector<std::string>{"--help"}) {
        usage(stdout);
        return 0;
    }
    if (arguments.size() != 2 || arguments[0] != "--config") {
        usage(stderr);
        return 2;
    }
    std::signal(SIGPIPE, SIG_IGN);
    try {
        serve(arguments[1]);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "endpoint-server: {}\n", error.what());
        return 1;
    }
}
