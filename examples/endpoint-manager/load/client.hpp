#pragma once
// One client: a keep-alive connection that does its share of the mix.

#include "examples/endpoint-manager/load/service.hpp"

#include <random>

namespace endpoint::load {

struct Share {
    int index = 0;   // of this client
    int clients = 1; // of all
    std::int64_t devices = 0;
    std::string user;
    std::string password;
    std::chrono::milliseconds patience = default_patience;
};

class Client {
public:
    Client(Front front, Share share, std::vector<std::unique_ptr<Ledger>>& ledgers);
    // The next request of the mix, and what came of it.
    Outcome next();

private:
    std::int64_t any(std::int64_t count); // 1 to count

    Service service_;
    Share share_;
    std::vector<std::int64_t> own_; // profiles that only this client writes
    std::int64_t profiles_;
    std::size_t turn_;
    std::size_t write_turn_ = 0;
    std::minstd_rand random_;
};

} // namespace endpoint::load
