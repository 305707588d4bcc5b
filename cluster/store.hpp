#pragma once
// The registry's tables, wherever they are: a schema of their own in the productive database, or a
// file beside the embedded one.

#include "datasource/connection.hpp"

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

    bool exists();
    // Creates the tables in one transaction.
    void create();
    // Removes the tables and all they hold (the undo of create).
    void destroy();

    datasource::Connection& connection() { return *connection_; }

private:
    std::string text(std::string_view sql) const;

    std::unique_ptr<datasource::Connection> connection_;
    std::string suite_;
    std::string prefix_;
};

// The file that holds the registry of an embedded productive database.
std::string registry_file(const datasource::Settings& settings);
// "locum_endpoint_manager": the schema on a server.
std::string registry_schema(std::string_view suite);

} // namespace locum::cluster
