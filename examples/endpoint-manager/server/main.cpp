#include "examples/endpoint-manager/server/api.hpp"
#include "examples/endpoint-manager/server/listener.hpp"
#include "examples/endpoint-manager/server/log.hpp"
#include "examples/endpoint-manager/server/queries.hpp"
#include "examples/endpoint-manager/server/workers.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

using namespace endpoint;

// Apart, since a write waits for the disk and for other writers, and a read for neither.
constexpr int reader_count = 2;
constexpr int writer_count = 4;

void serve(const std::string& config_file) {
    const Config config = read_config(config_file);
    const auto write_turn = std::make_shared<std::mutex>();
    const Store::Open open = [&config, write_turn] {
        return config.engine == Engine::sqlite ? open_sqlite(config.file, write_turn)
                                               : open_postgresql(config.connection);
    };
    const auto workers = [&](int count) {
        std::vector<std::unique_ptr<Store>> stores;
        for (int i = 0; i < count; ++i) {
            stores.push_back(std::make_unique<Store>(open, config.node));
        }
        return std::make_unique<Workers>(std::move(stores));
    };

    auto readers = workers(reader_count);
    auto writers = workers(writer_count);
    const Connection::Handler handler{
        [&](Request request, Connection::Reply reply) {
            auto& pool = request.method == "GET" ? readers : writers;
            pool->post([&config, request = std::move(request), reply = std::move(reply)](
                           Store& store) { reply(answer(request, store, config)); });
        },
        [&config](const std::string& error) { return error_answer(400, error, config); }};
    Listener listener(config.address, config.port, handler);
    log(fmt::format("{} serves {} on {}:{} in {} mode", queries().product, config.node,
                    config.address, config.port, config.update_mode ? "update" : "normal"));
    if (!listener.run()) {
        // A worker may be waiting for the database; the process ends without it.
        log("stopped, and cut off requests that took too long");
        std::_Exit(0);
    }
    readers.reset();
    writers.reset();
    log("stopped");
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
#ifdef SIGPIPE
    std::signal(SIGPIPE, SIG_IGN);
#endif
    try {
        serve(arguments[1]);
        return 0;
    } catch (const std::exception& error) {
        log(error.what());
        return 1;
    }
}
