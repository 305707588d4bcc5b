// What a server's node holds under seal, for tests that look for it where it must not be: join
// secret and suite seed in hexadecimal digits, and the lines of the keys of CA and node. usage:
// lab-secrets ROOT SUITE

#include "cluster/membership.hpp"
#include "platform/hash.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <sstream>

using namespace locum;

namespace {

void print_key(const engine::Secret& pem) {
    std::istringstream text(pem.reveal());
    for (std::string line; std::getline(text, line);)
        if (!line.starts_with("-----"))
            fmt::print("{}\n", line);
}

} // namespace

int main(int count, char** arguments) {
    if (count != 3) {
        fmt::print(stderr, "usage: lab-secrets ROOT SUITE\n");
        return 2;
    }
    const cluster::Layout layout{arguments[1], arguments[2]};
    fmt::print("{}\n{}\n", platform::hex(cluster::load_join_secret(layout).reveal()),
               platform::hex(cluster::load_suite_seed(layout).reveal()));
    print_key(cluster::load_authority(layout).key_pem());
    print_key(cluster::load_identity(layout).key_pem);
    return 0;
}
