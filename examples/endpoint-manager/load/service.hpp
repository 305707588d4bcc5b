#pragma once
// The requests of the endpoint manager, each with the check of its answer.

#include "examples/common/load/figures.hpp"
#include "examples/endpoint-manager/load/http_client.hpp"
#include "examples/endpoint-manager/load/ledger.hpp"

#include <memory>
#include <vector>

namespace endpoint::load {

using example::load::Outcome;
using example::load::Result;

// What a profile had, as an answer says: "profile-7-v12" is number 12 of profile 7.
struct ProfileState {
    std::int64_t number = 0;
    std::int64_t version = 0;
};

class Service {
public:
    // ledgers: of profiles 1, 2, …, shared by all clients; they outlive the service.
    Service(Front front, std::vector<std::unique_ptr<Ledger>>& ledgers,
            std::chrono::milliseconds patience = default_patience);

    Outcome log_in(const std::string& user, const std::string& password);
    bool logged_in() const;
    Outcome check_in(std::int64_t device);
    Outcome read_config(std::int64_t device);
    Outcome read_profile(std::int64_t profile);
    Outcome write_profile(std::int64_t profile); // by its only writer

    // What a profile has now, unjudged; nullopt: there is no such profile. normal_mode: from a
    // server in normal mode. Throws std::runtime_error for any other answer.
    struct Look {
        ProfileState state;
        bool normal_mode = false;
        std::string node;
    };
    std::optional<Look> look(std::int64_t profile);
    const Front& front() const;

private:
    HttpClient client_;
    std::vector<std::unique_ptr<Ledger>>& ledgers_;
    std::string token_;
};

// The name of a device as the suite's seed makes it, and the profile that it has.
std::string device_name(std::int64_t device);

} // namespace endpoint::load
