#pragma once
// One client: a keep-alive connection that does its share of the mix at its share of the rate.

#include "examples/endpoint-manager/load/service.hpp"

#include <atomic>
#include <chrono>
#include <random>

namespace endpoint::load {

struct Share {
    int index = 0;   // of this client
    int clients = 1; // of all
    double rate = 0; // requests per second, of all
    std::int64_t devices = 0;
    std::string user;
    std::string password;
};

class Client {
public:
    Client(Front front, Share share, std::vector<std::unique_ptr<Ledger>>& ledgers,
           Figures& figures);
    // By a schedule from start on, until stop. What is due while an answer is waited for is sent
    // late, at once after it; more than half a second late, it is skipped.
    void run(std::chrono::steady_clock::time_point start, const std::atomic<bool>& stop);
    std::int64_t skipped() const { return skipped_; } // after run()

private:
    Outcome next();
    std::int64_t any(std::int64_t count); // 1 to count

    Service service_;
    Share share_;
    Figures& figures_;
    std::vector<std::int64_t> own_; // profiles that only this client writes
    std::int64_t profiles_;
    std::size_t turn_;
    std::size_t write_turn_ = 0;
    std::int64_t skipped_ = 0;
    std::minstd_rand random_;
};

} // namespace endpoint::load
