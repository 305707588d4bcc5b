#pragma once
// Who may give orders: a certificate says who a peer is, the registry says whether it still belongs
// to the cluster. A node that was removed keeps its certificate and loses its say.

#include "cluster/layout.hpp"

#include <chrono>
#include <mutex>
#include <set>
#include <string>

namespace locum::cluster {

class Members {
public:
    explicit Members(Layout layout);
    // Throws Error(not_trusted) where the peer is not registered. The registry is asked at most
    // every two seconds; while it is away, and on a node without a datasource, who was known is
    // believed.
    void require(const std::string& peer);

private:
    bool known(const std::string& peer);

    Layout layout_;
    std::string own_;
    std::mutex mutex_;
    std::set<std::string> names_;
    std::chrono::steady_clock::time_point asked_{};
    std::chrono::steady_clock::time_point failed_{};
};

} // namespace locum::cluster
