#pragma once
// The registry's tables, wherever they are: a schema of their own in the productive database, or a
// file beside the embedded one.

#include "datasource/connection.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace locum::cluster {

class Store {
public:
    // What is done where the file beside an embedded database is not there: an error, but for the
    // one who is about to create().
    enum class Missing { is_an_error, is_made };
    // Opens the registry's database with Locum's account. Throws Error where it is unreachable.
    Store(const datasource::Settings& settings, std::string suite,
          Missing missing = Missing::is_an_error);

    // SQL with {r} for the tables' prefix and {now} for the database's clock in Unix ms.
    datasource::Rows query(std::string_view sql,
                           const std::vector<datasource::Parameter>& parameters = {});
    std::int64_t execute(std::string_view sql,
                         const std::vector<datasource::Parameter>& parameters = {});

    // What is called in work is one transaction.
    void transaction(const std::function<void()>& work);
    // From now on, where the database goes away between two statements (a restart, a failover), it
    // is connected to anew for so long before that is an error. A statement may then run twice.
    void bear_outages(std::chrono::seconds patience) { patience_ = patience; }

    bool exists();
    // Creates the tables in one transaction.
    void create();
    // Removes the tables and all they hold (the undo of create).
    void destroy();

    datasource::Connection& connection() { return *connection_; }
    // Of the tables: "locum_endpoint_manager.", or "" in a file of their own.
    const std::string& prefix() const { return prefix_; }

private:
    void open(Missing missing);
    std::string text(std::string_view sql) const;
    template <class F>
    auto bearing_outages(F&& statement);

    datasource::Settings settings_;
    std::unique_ptr<datasource::Connection> connection_;
    std::chrono::seconds patience_{0};
    bool in_transaction_ = false;
    std::string suite_;
    std::string prefix_;
};

// The file that holds the registry of an embedded productive database.
std::string registry_file(const datasource::Settings& settings);
// "locum_endpoint_manager": the schema on a server.
std::string registry_schema(std::string_view suite);

} // namespace locum::cluster
