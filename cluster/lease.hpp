#pragma once
// The lease: one row with holder, epoch and expiry by the database's clock. The epoch only grows.

#include "cluster/store.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace locum::cluster {

// How long the cluster waits for a holder that fell silent on another machine.
inline constexpr std::chrono::milliseconds lease_time{15'000};

class Lease {
public:
    // Takes the lease: free, expired, or held by a process of this machine that has died. Throws
    // Error(busy) that names the holder and how long it is still valid. Renews itself on a
    // connection of its own until it is destroyed, which releases it.
    Lease(const datasource::Settings& settings, const std::string& suite,
          const std::string& purpose);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    std::uint64_t epoch() const { return epoch_; }
    // True once a renewal found another epoch in the row: whoever holds this must stop.
    bool lost() const { return lost_; }

private:
    void renew();

    datasource::Settings settings_;
    std::string suite_;
    std::unique_ptr<Store> store_;
    std::string holder_;
    std::uint64_t epoch_ = 0;
    std::atomic<bool> lost_ = false;
    std::mutex mutex_;
    std::condition_variable end_;
    bool ending_ = false;
    std::thread renewer_;
};

// Inside a transaction: locks the lease's row, so that whoever decides by the registry's rows does
// so one after the other. Returns its epoch; 0: there is none.
std::uint64_t lock_lease(datasource::Connection& connection, const std::string& prefix);
// Inside a transaction: the same, and throws Error(busy) that names the holder where one lives, so
// that what is decided without the lease is not decided beside one who has it.
void require_free_lease(Store& store);
// Inside a transaction of the migration: locks the lease's row and checks the epoch, so that nobody
// can take over until it ends. prefix: of the registry's tables in this connection.
// Throws Error(busy) for another epoch.
void lock_epoch(datasource::Connection& connection, const std::string& prefix, std::uint64_t epoch);

} // namespace locum::cluster
