#pragma once
// A PostgreSQL server of a rehearsal's own, on a high port of the loopback interface.

#include "datasource/connection.hpp"

#include <map>
#include <memory>
#include <string>

namespace locum::rehearse {

class Postgresql {
public:
    // Makes it in the folder, which must not exist, and starts it; as the account `postgres` where
    // this process is root, which the server refuses. Throws Error(usage) where its programs are
    // not installed.
    Postgresql(const std::string& folder, const std::string& database);
    ~Postgresql(); // stops it at once
    Postgresql(const Postgresql&) = delete;
    Postgresql& operator=(const Postgresql&) = delete;

    // The suite's database, with both accounts; Locum's owns it.
    const datasource::Settings& settings() const { return settings_; }
    // One more database beside it, as empty; Locum's account owns it.
    datasource::Settings another(const std::string& database);

    // What psql and libpq's other programs ask of their environment, to work as Locum's account.
    std::map<std::string, std::string> environment() const;
    std::string program(const std::string& name) const { return programs_ + "/" + name; }

private:
    std::string folder_;
    std::string programs_;
    datasource::Settings settings_;
    datasource::Account admin_;
    struct Running;
    std::unique_ptr<Running> running_;

    void start();
    void make_accounts();
    void make_database(const std::string& database);
};

// Ends the server in a folder whose path ends so, which its own process can do no more; nothing
// where none runs. Throws Error where it does not end.
void end_abandoned_server(const std::string& folder);

} // namespace locum::rehearse
