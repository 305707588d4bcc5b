#pragma once
// Calls to the agents of the cluster, this node's own included.

#include "cluster/registry.hpp"
#include "engine/reporter.hpp"
#include "token/network_token.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace locum::cluster {

struct Address {
    std::string node;
    std::string host;
    std::uint16_t port = 0;
};
Address address_of(const NodeRow& node);
Address address_of(const NodeState& node);

// The answer of the first server of the token that can be reached; `ask` is called with its
// addresses in turn. Throws what `ask` does, and Error(refused) that tells of each address where
// none can be reached.
std::string any_server(const token::NetworkToken& token,
                       const std::function<std::string(const Address&)>& ask);

// A command that changes something: run once by its id, refused with an old epoch.
struct CommandId {
    std::string id;
    std::string operation;
    std::uint64_t epoch = 0;
};

class Peers {
public:
    // With this node's identity. Throws Error(needs_attention) where it has none.
    explicit Peers(const Layout& layout);
    ~Peers();
    Peers(Peers&&) noexcept;
    Peers& operator=(Peers&&) noexcept;

    // Progress of the operation is passed on under step_id. Errors of the other side are thrown
    // here as they were there; token/transport: Unreachable where it does not answer.
    std::string command(const Address& to, const CommandId& id, const std::string& operation,
                        const std::string& parameters, engine::Reporter& reporter,
                        const std::string& step_id) const;
    // A question: changes nothing, is never repeated from a journal.
    std::string ask(const Address& to, const std::string& operation,
                    const std::string& parameters = "{}") const;
    // Takes this installation out of the registry, by any server of the cluster; another one that
    // has this node's name by now stays. unless_busy: throws Error(busy) where an operation is
    // open, and changes nothing.
    enum class Leaving { always, unless_busy };
    void leave(const Address& to, const std::string& installation,
               Leaving how = Leaving::always) const;
    // Lets a node without a server keep shared secrets (cluster/shared_secrets.hpp).
    void send_secrets(const Address& to, const engine::Secret& json) const;
    // Lets a server keep a datasource beside its active one (cluster/datasources.hpp).
    void send_datasource(const Address& to, const engine::Secret& json) const;
    // Puts the bundle into the node's state folder.
    void send_bundle(const Address& to, const std::string& file, const std::string& manifest_sha256,
                     engine::Reporter& reporter, const std::string& step_id) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace locum::cluster
