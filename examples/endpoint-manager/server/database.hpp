#pragma once
// One connection to the suite's database, owned by one worker thread.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace endpoint {

using Parameter = std::variant<std::nullptr_t, std::int64_t, std::string>;
using Row = std::vector<std::optional<std::string>>;
using Rows = std::vector<Row>;

class DatabaseError : public std::runtime_error {
public:
    enum class Kind {
        read_only, // a trigger of the copy refused the write
        broken,    // the connection is gone and nothing was committed
        other,     // anything else; after a commit that broke, its fate is unknown
    };
    DatabaseError(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
    Kind kind() const { return kind_; }

private:
    Kind kind_;
};

class Database {
public:
    virtual ~Database() = default;
    virtual Rows query(std::string_view sql, const std::vector<Parameter>& parameters = {}) = 0;
    virtual void begin() = 0; // for writing
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;
};

std::unique_ptr<Database> open_postgresql(const std::string& connection);
// writers: shared by all connections of this process, so that they queue for the file's write lock
// in turn and do not poll for it.
std::unique_ptr<Database> open_sqlite(const std::string& file, std::shared_ptr<std::mutex> writers);

class Transaction {
public:
    explicit Transaction(Database& database) : database_(database) { database_.begin(); }
    ~Transaction() {
        if (open_) {
            database_.rollback();
        }
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() {
        database_.commit();
        open_ = false;
    }

private:
    Database& database_;
    bool open_ = true;
};

} // namespace endpoint
