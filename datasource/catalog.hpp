#pragma once
// Within datasource/ only: what the engines' own words for types and expressions mean to the copy.

#include "datasource/schema.hpp"

#include <optional>
#include <string>

namespace locum::datasource {

Type type_of_postgresql(std::string_view declared);
Type type_of_sqlite(std::string_view declared);

// Digits and scale of "numeric(10,2)"; nullopt for a numeric without bounds.
struct Precision {
    int digits = 0;
    int scale = 0;
};
std::optional<Precision> precision_of(std::string_view declared);

// True where every value of the numeric column is told apart as a double: at most 15 digits, all of
// them within ±10^15. Such a column is NUMERIC in the copy, any other TEXT.
bool fits_double(const Column& column);

// The column's default in SQLite's words; nullopt where it has no such words.
std::optional<std::string> sqlite_default(const Column& column);

// The expression of a generated column in SQLite's words; nullopt where it would not mean the same.
std::optional<std::string> sqlite_generated(const Table& table, const Column& column);

// "Table" and "table" are one name to SQLite.
std::string folded(std::string_view name);

} // namespace locum::datasource
