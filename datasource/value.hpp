#pragma once
// Within datasource/ only: one value on its way from PostgreSQL's text to SQLite, and the canonical
// text in which both sides are compared.

#include "datasource/engines.hpp"
#include "datasource/schema.hpp"

#include <string>
#include <string_view>

namespace locum::datasource {

// How the values of a column travel; finer than Type, so that nothing is looked up for each value.
enum class Form {
    boolean,
    integer,
    number,  // numeric that a double holds: a number in the copy
    decimal, // any other numeric: its exact text
    single,  // 32-bit float
    real,
    bytes,
    date,
    stamp,   // timestamp without time zone
    instant, // timestamptz, as UTC
    text,
};

Form form_of(const Column& column);

// Binds one value of PostgreSQL's text output, which may be changed in place and must stay where it
// is until the statement is reset. Throws Error(refused) for a value that SQLite cannot hold or
// would order wrongly: NaN in a float, a date before year 1 or after 9999.
void bind_value(sqlite3_stmt* statement, int parameter, Form form, char* text, std::size_t size);

// The canonical text; it is in `space` or in the argument.
std::string_view canonical(Form form, std::string_view postgresql_text, std::string& space);
// Of a value that is not NULL.
std::string_view canonical(Form form, sqlite3_stmt* statement, int column, std::string& space);

// "1.50" → "1.5", "1e3" → "1000", "-0" → "0"; what is no number stays as it is.
std::string_view normal_decimal(std::string_view text, std::string& space);

} // namespace locum::datasource
