// Holds the lease of suite "small" until it is killed, or for five minutes.
// usage: lease-holder DATASOURCE.json READY: READY is made once it is held.

#include "cluster/datasources.hpp"
#include "cluster/lease.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <chrono>
#include <cstdio>
#include <thread>

using namespace locum;

int main(int, char** argv) {
    try {
        const cluster::NamedDatasource datasource =
            cluster::named_datasource_from_json(platform::read_file(argv[1]));
        const cluster::Lease lease(datasource.settings, "small", "the holder");
        platform::write_file(argv[2], "", 0600);
        std::this_thread::sleep_for(std::chrono::minutes(5));
    } catch (const engine::Error& error) {
        std::fprintf(stderr, "%s\n", error.one_line().c_str());
    }
    return 1;
}
