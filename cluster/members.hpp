#pragma once
// Who may ask and who may give orders: a certificate says who a caller is and whether it runs a
// server, the registry says whether that is so still. A node that was removed keeps its certificate
// and loses its say, also where its name is another node's by now: that one has another key.

#include "cluster/layout.hpp"

#include "token/identity.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace locum::cluster {

// Part of what a server says to a node that was removed; all other mistrust is of another matter.
inline constexpr const char* not_registered = "is not registered in it";

class Members {
public:
    explicit Members(Layout layout);
    // Throws Error(not_trusted) where the caller is not registered, or its name is with another
    // key. The key of a node that an older Locum admitted is not known: its name counts. The
    // registry is asked every two seconds, and at once for whom it did not know. While it is away,
    // who was known last is believed, over restarts too (file `members` in the state folder); of
    // others Error(failed) says that it cannot tell. A node without a datasource believes every
    // certificate of the network.
    void require(const token::CertificateFacts& caller);
    // The same, and Error(not_trusted) unless the caller's certificate is that of a node with a
    // server, and the registry has it with one, too: only servers give orders to other nodes. A
    // node without a datasource has the certificate's word alone, and so has every node while the
    // registry is away. The registry's is asked since a certificate may be older than the last
    // modification.
    void require_server(const token::CertificateFacts& caller);
    // This node itself, which shows the key that is here: its name alone could be that of an older
    // node which was removed.
    bool is_own(const token::CertificateFacts& caller) const;

private:
    using Pins = std::map<std::string, std::string>; // by name; empty: not known

    bool known(const token::CertificateFacts& caller);
    bool is_among(const token::CertificateFacts& caller) const;
    void keep(Pins pins);
    Pins kept() const;

    Layout layout_;
    std::string own_;
    std::string own_pin_; // of the node's key, which stays when its certificate is issued anew
    std::mutex mutex_;
    Pins pins_;
    std::set<std::string> servers_; // of these, as the registry answered last
    std::string why_not_; // why the registry could not be asked last; empty where it answered
    std::chrono::steady_clock::time_point asked_{};
    std::chrono::steady_clock::time_point failed_{};
};

} // namespace locum::cluster
