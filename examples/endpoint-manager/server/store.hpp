#pragma once
// What the server does with its database. One for each worker thread.

#include "examples/endpoint-manager/server/database.hpp"

#include <functional>
#include <string>

namespace endpoint {

struct DeviceConfig {
    std::string device;
    std::int64_t profile = 0;
    std::int64_t version = 0;
    std::string value;
};
struct Profile {
    std::int64_t version = 0;
    std::string value;
};

class Store {
public:
    using Open = std::function<std::unique_ptr<Database>()>;

    // node: recorded with sessions and check-ins. Connects, and throws std::runtime_error where the
    // database has another schema version than this executable needs.
    Store(Open open, std::string node);

    std::optional<DeviceConfig> device_config(const std::string& device);
    // How often the device has checked in; nullopt: no such device.
    std::optional<std::int64_t> check_in(const std::string& device);
    std::optional<Profile> profile(std::int64_t id);
    // The new version, committed; nullopt: no such profile, or `expected` is not its version.
    std::optional<std::int64_t> write_profile(std::int64_t id, const std::string& value,
                                              std::optional<std::int64_t> expected,
                                              const std::string& admin);
    // A token; nullopt: wrong user or password.
    std::optional<std::string> log_in(const std::string& user, const std::string& password);
    // Who the token belongs to; nullopt: not valid.
    std::optional<std::string> authenticated(const std::string& token);
    // Reads a column that only this executable's schema version has.
    void probe();

private:
    void connect();
    // Runs the work, and once more on a new connection where the old one broke before any commit.
    template <typename Work>
    auto run(Work work);

    Open open_;
    std::string node_;
    std::unique_ptr<Database> database_;
    std::string token_key_;
};

} // namespace endpoint
