#pragma once
// Within datasource/ only: one value on its way from PostgreSQL's binary form into SQLite, and the
// canonical text in which both sides are compared. The text comes from PostgreSQL's text form, so
// that a mistake in what is decoded here shows as a difference.

#include "datasource/engines.hpp"
#include "datasource/schema.hpp"

#include <array>
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
    uuid,
    text,
    // As a suite wants them; see encoding.hpp.
    truth_text,   // 't', 'f'
    number_whole, // numeric as an integer
    number_real,  // numeric as a double
    hex,          // bytea as its digits
    uuid_bytes,
    host, // inet without its mask
    day_s,
    day_ms,
    day_us,
    moment_s, // either timestamp
    moment_ms,
    moment_us,
    array, // JSON; its elements in the canonical text have a form of their own
};

Form form_of(const Column& column);
// Of the elements of an array.
Form element_form_of(const Column& column);

// What to select for the column, so that COPY's binary format has it in the form that bind_value()
// takes: the column, or its text.
std::string select_expression(const Column& column);

// Where a text is that bind_value() makes of a value.
using BindSpace = std::array<char, 64>;

// Binds one value of COPY's binary format. Value and space must stay where they are until the
// statement is reset. Throws Error(refused) for a value that SQLite cannot hold or would order
// wrongly: NaN in a float, a date before year 1 or after 9999, infinity where dates are numbers.
void bind_value(sqlite3_stmt* statement, int parameter, Form form, std::string_view bytes,
                BindSpace& space);

// The canonical text, which no encoding changes but for what it cuts off; it is in `space` or in
// the argument.
std::string_view canonical(Form form, std::string_view postgresql_text, std::string& space);
// Of a value that is not NULL. What is not as its form says has a text that PostgreSQL's never is.
std::string_view canonical(Form form, sqlite3_stmt* statement, int column, std::string& space);

// "1.50" → "1.5", "1e3" → "1000", "-0" → "0"; what is no number stays as it is.
std::string_view normal_decimal(std::string_view text, std::string& space);

} // namespace locum::datasource
