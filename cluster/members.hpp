#pragma once
// Who may give orders: a certificate says who a peer is, the registry says whether it still belongs
// to the cluster. A node that was removed keeps its certificate and loses its say.

#include "cluster/layout.hpp"

#include <chrono>
#include <mutex>
#include <set>
#include <string>

namespace locum::cluster {

// Part of what a server says to a node that was removed; all other mistrust is of another matter.
inline constexpr const char* not_registered = "is not registered in it";

class Members {
public:
    explicit Members(Layout layout);
    // Throws Error(not_trusted) where the peer is not registered. The registry is asked at most
    // every two seconds. While it is away, who was known last is believed, over restarts too (file
    // `members` in the state folder); of others Error(failed) says that it cannot tell. A node
    // without a datasource believes every certificate of the network.
    void require(const std::string& peer);
    // The same, and Error(not_trusted) where the registry has the peer without the server: only
    // servers give orders to other nodes. What its certificate says does not count, since it may
    // be older than its last modification.
    void require_server(const std::string& peer);

private:
    bool known(const std::string& peer);
    void keep(std::set<std::string> names);
    std::set<std::string> kept() const;

    Layout layout_;
    std::string own_;
    std::mutex mutex_;
    std::set<std::string> names_;
    std::set<std::string> servers_; // of these, as the registry answered last
    std::string why_not_; // why the registry could not be asked last; empty where it answered
    std::chrono::steady_clock::time_point asked_{};
    std::chrono::steady_clock::time_point failed_{};
};

} // namespace locum::cluster
