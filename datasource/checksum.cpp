#include "datasource/checksum.hpp"

#include "datasource/array.hpp"
#include "datasource/value.hpp"
#include "platform/hash.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>

namespace locum::datasource {
namespace {

constexpr std::uint32_t null_mark = 0xFFFFFFFFU;

// Adds rows up, so that their order does not matter.
class RowSum {
public:
    void begin() { row_.clear(); }
    void add_null() { add_length(null_mark); }
    void add(std::string_view text) {
        add_length(static_cast<std::uint32_t>(text.size()));
        row_ += text;
    }
    void end() {
        hash_.add(row_);
        const std::string digest = hash_.finish();
        const std::uint64_t high = word(digest, 0), low = word(digest, 8);
        low_ += low;
        high_ += high + (low_ < low ? 1 : 0);
        ++rows_;
        if (row_.capacity() > largest_kept)
            row_ = {}; // after one huge value
    }
    TableChecksum result() const { return {rows_, fmt::format("{:016x}{:016x}", high_, low_)}; }

private:
    static constexpr std::size_t largest_kept = 1U << 20;

    void add_length(std::uint32_t length) {
        for (unsigned shift = 0; shift < 32; shift += 8)
            row_ += static_cast<char>(length >> shift & 0xFFU);
    }
    static std::uint64_t word(const std::string& digest, std::size_t at) {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 8; ++i)
            value = value << 8 | static_cast<unsigned char>(digest[at + i]);
        return value;
    }

    platform::Sha256 hash_;
    std::string row_;
    std::uint64_t high_ = 0;
    std::uint64_t low_ = 0;
    std::int64_t rows_ = 0;
};

// In the order of the columns' names, which a migration's or a suite's DDL does not change.
std::vector<const Column*> by_name(const Table& table) {
    std::vector<const Column*> columns;
    for (const Column& column : table.columns)
        columns.push_back(&column);
    std::sort(columns.begin(), columns.end(),
              [](const Column* a, const Column* b) { return a->name < b->name; });
    return columns;
}

struct Shape {
    Form form = Form::text;
    Form element = Form::text; // of an array
};
std::vector<Shape> shapes(const std::vector<const Column*>& columns) {
    std::vector<Shape> all;
    for (const Column* column : columns) {
        const Form form = form_of(*column);
        all.push_back({form, form == Form::array ? element_form_of(*column) : Form::text});
    }
    return all;
}

std::string_view field(const Shape& shape, std::string_view text, std::string& space) {
    return shape.form == Form::array ? canonical_array(shape.element, text, space)
                                     : canonical(shape.form, text, space);
}

std::string_view field(const Shape& shape, sqlite3_stmt* statement, int column,
                       std::string& space) {
    if (shape.form != Form::array)
        return canonical(shape.form, statement, column, space);
    std::string json;
    return canonical_json(shape.element, canonical(shape.form, statement, column, json), space);
}

std::string select(const std::vector<const Column*>& columns, const std::string& from) {
    std::string sql = "SELECT ";
    for (const Column* column : columns)
        sql += (column == columns.front() ? "" : ", ") + quoted(column->name);
    return sql + " FROM " + from;
}

// Row by row, since a result as a whole would be held in memory.
TableChecksum of_postgresql(PGconn* connection, const Table& table) {
    const auto columns = by_name(table);
    const std::vector<Shape> fields = shapes(columns);
    const std::string sql = select(columns, "ONLY public." + quoted(table.name));
    if (PQsendQuery(connection, sql.c_str()) != 1 || PQsetSingleRowMode(connection) != 1)
        throw postgresql_error(connection, nullptr, sql);
    RowSum sum;
    std::string space;
    std::optional<engine::Error> failure;
    while (const Result result{PQgetResult(connection)}) {
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_SINGLE_TUPLE) {
            sum.begin();
            for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
                if (PQgetisnull(result.get(), 0, i))
                    sum.add_null();
                else
                    sum.add(field(fields[static_cast<std::size_t>(i)],
                                  {PQgetvalue(result.get(), 0, i),
                                   static_cast<std::size_t>(PQgetlength(result.get(), 0, i))},
                                  space));
            }
            sum.end();
        } else if (status != PGRES_TUPLES_OK && !failure) {
            failure = postgresql_error(connection, result.get(), sql);
        }
    }
    if (failure)
        throw *failure;
    return sum.result();
}

TableChecksum of_sqlite(sqlite3* database, const Table& table) {
    const auto columns = by_name(table);
    const std::vector<Shape> fields = shapes(columns);
    const std::string sql = select(columns, quoted(table.name));
    const Statement statement = prepare(database, sql);
    RowSum sum;
    std::string space;
    int result = SQLITE_ROW;
    while ((result = sqlite3_step(statement.get())) == SQLITE_ROW) {
        sum.begin();
        for (int i = 0; i < static_cast<int>(fields.size()); ++i) {
            if (sqlite3_column_type(statement.get(), i) == SQLITE_NULL)
                sum.add_null();
            else
                sum.add(field(fields[static_cast<std::size_t>(i)], statement.get(), i, space));
        }
        sum.end();
    }
    if (result != SQLITE_DONE)
        throw sqlite_error(database, sql);
    return sum.result();
}

} // namespace

TableChecksum checksum(Connection& connection, const Table& table) {
    return engine::during(fmt::format("checking table {}", quoted(table.name)), [&] {
        return connection.kind() == Kind::postgresql ? of_postgresql(postgresql(connection), table)
                                                     : of_sqlite(sqlite(connection), table);
    });
}

} // namespace locum::datasource
