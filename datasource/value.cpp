#include "datasource/value.hpp"

#include "datasource/catalog.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

namespace locum::datasource {
namespace {

std::string_view without_offset(std::string_view text) {
    return text.ends_with("+00") ? text.substr(0, text.size() - 3) : text;
}

// PostgreSQL's text of a float; what is no number becomes NaN, which no copy holds.
double double_of(std::string_view text) {
    if (text == "Infinity")
        return std::numeric_limits<double>::infinity();
    if (text == "-Infinity")
        return -std::numeric_limits<double>::infinity();
    double value = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
    return end.ec == std::errc() ? value : std::numeric_limits<double>::quiet_NaN();
}

unsigned char nibble(char c) {
    return static_cast<unsigned char>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

// "\x0aff" → its bytes, written over the text. The number of bytes.
std::size_t decode_hex(char* text, std::size_t size) {
    if (size < 2 || text[0] != '\\' || text[1] != 'x')
        throw engine::Error("PostgreSQL sent a bytea that is not in hex");
    const std::size_t count = (size - 2) / 2;
    for (std::size_t i = 0; i < count; ++i)
        text[i] = static_cast<char>(nibble(text[2 + 2 * i]) << 4 | nibble(text[3 + 2 * i]));
    return count;
}

template <class Number>
std::string_view number_text(Number value, std::string& space) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
    space.assign(buffer.data(), end.ptr);
    return space;
}

template <class Float>
std::string_view float_text(Float value, std::string& space) {
    if (std::isinf(value))
        return value > 0 ? "Infinity" : "-Infinity";
    if (std::isnan(value))
        return "NaN";
    if (value == 0) // PostgreSQL has a -0, which is equal to 0; SQLite keeps none
        return "0";
    return number_text(value, space);
}

std::string_view column_text(sqlite3_stmt* statement, int column) {
    const auto* bytes = sqlite3_column_blob(statement, column); // of a text: as it is stored
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string_view() : std::string_view(static_cast<const char*>(bytes), size);
}

std::string_view canonical_float(Form form, double value, std::string& space) {
    if (form == Form::single)
        return float_text(static_cast<float>(value), space);
    return float_text(value, space);
}

// The fraction's digits that an encoding keeps, without zeros at the end.
std::string_view cut(std::string_view text, std::size_t digits) {
    const std::size_t point = text.find('.');
    if (point == std::string_view::npos)
        return text;
    text = text.substr(0, point + 1 + digits);
    while (text.ends_with('0'))
        text.remove_suffix(1);
    return text.ends_with('.') ? text.substr(0, point) : text;
}

Form encoded_form(const Column& column) {
    const bool is_date = column.type == Type::date;
    switch (*column.encoding) {
    case Encoding::integer:
        return Form::number_whole;
    case Encoding::real:
        return Form::number_real;
    case Encoding::blob:
        return Form::uuid_bytes;
    case Encoding::host:
        return Form::host;
    case Encoding::epoch_s:
        return is_date ? Form::day_s : Form::moment_s;
    case Encoding::epoch_ms:
        return is_date ? Form::day_ms : Form::moment_ms;
    case Encoding::epoch_us:
        return is_date ? Form::day_us : Form::moment_us;
    case Encoding::text:
    case Encoding::json: // is what an array has anyway
        break;
    }
    return column.type == Type::boolean   ? Form::truth_text
           : column.type == Type::numeric ? Form::decimal
           : column.type == Type::bytea   ? Form::hex
                                          : Form::text;
}

bool is_hex(std::string_view text) {
    return text.size() % 2 == 0 &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view uuid_text(std::string_view bytes, std::string& space) {
    space.clear();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        space += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "",
                             static_cast<unsigned char>(bytes[i]));
    return space;
}

// Back to the calendar; a day without a time where the form is a date's.
bool write_moment(std::string& space, std::int64_t value, std::int64_t units_a_second,
                  bool is_date) {
    using namespace std::chrono;
    constexpr std::int64_t far = 300'000'000'000; // seconds; before 9999 years have gone by
    if (value / units_a_second > far || value / units_a_second < -far)
        return false;
    const sys_seconds second{
        seconds(value / units_a_second - (value % units_a_second < 0 ? 1 : 0))};
    const std::int64_t micros =
        (value - second.time_since_epoch().count() * units_a_second) * (1'000'000 / units_a_second);
    const sys_days day = floor<days>(second);
    const year_month_day date(day);
    const hh_mm_ss time(second - day);
    space = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    if (is_date && second == day && micros == 0)
        return true;
    space += fmt::format(" {:02}:{:02}:{:02}.{:06}", time.hours().count(), time.minutes().count(),
                         time.seconds().count(), micros);
    space.resize(cut(space, 6).size());
    return true;
}

// A value in the form that a suite wants, in the text that it was. Whether it has that form.
bool decode(Form form, std::string_view text, int storage, std::string& space) {
    switch (form) {
    case Form::truth_text:
        space = text == "t" ? "1" : "0";
        return text == "t" || text == "f";
    case Form::hex:
        space = "\\x";
        space += text;
        space.resize(decode_hex(space.data(), space.size()));
        return storage == SQLITE_TEXT && is_hex(text);
    case Form::uuid_bytes:
        uuid_text(text, space);
        return storage == SQLITE_BLOB && text.size() == 16;
    default:
        space = text;
        return storage == SQLITE_TEXT;
    }
}

bool decode_number(Form form, std::int64_t value, std::string& space) {
    switch (form) {
    case Form::number_whole:
    case Form::number_real:
        number_text(value, space);
        return true;
    case Form::day_s:
        return write_moment(space, value, 1, true);
    case Form::day_ms:
        return write_moment(space, value, 1'000, true);
    case Form::day_us:
        return write_moment(space, value, 1'000'000, true);
    case Form::moment_s:
        return write_moment(space, value, 1, false);
    case Form::moment_ms:
        return write_moment(space, value, 1'000, false);
    case Form::moment_us:
        return write_moment(space, value, 1'000'000, false);
    default:
        return false;
    }
}

bool decode_double(Form form, double value, std::string& space) {
    std::string buffer;
    normal_decimal(std::string(float_text(value, buffer)), space);
    return form == Form::number_real;
}

// Back from the form that a suite wants.
std::string_view decoded(Form form, sqlite3_stmt* statement, int column, std::string& space) {
    const int storage = sqlite3_column_type(statement, column);
    const bool good = storage == SQLITE_INTEGER
                          ? decode_number(form, sqlite3_column_int64(statement, column), space)
                      : storage == SQLITE_FLOAT
                          ? decode_double(form, sqlite3_column_double(statement, column), space)
                          : decode(form, column_text(statement, column), storage, space);
    if (!good) {
        const std::string_view text = column_text(statement, column);
        space = fmt::format("not as encoded: {}", text);
    }
    return space;
}

} // namespace

Form form_of(const Column& column) {
    if (column.encoding)
        return encoded_form(column);
    switch (column.type) {
    case Type::boolean:
        return Form::boolean;
    case Type::integer:
        return Form::integer;
    case Type::numeric:
        return fits_double(column) ? Form::number : Form::decimal;
    case Type::real:
        return column.declared == "real" ? Form::single : Form::real;
    case Type::bytea:
        return Form::bytes;
    case Type::date:
        return Form::date;
    case Type::timestamp:
        return Form::stamp;
    case Type::timestamptz:
        return Form::instant;
    case Type::uuid:
        return Form::uuid;
    case Type::array:
        return Form::array;
    default:
        return Form::text;
    }
}

Form element_form_of(const Column& column) {
    Column element;
    element.declared = column.element;
    element.type = type_of_postgresql(column.element);
    return form_of(element);
}

std::string_view canonical(Form form, std::string_view text, std::string& space) {
    switch (form) {
    case Form::boolean:
    case Form::truth_text:
        return text == "t" ? "1" : "0";
    case Form::number:
    case Form::decimal:
    case Form::number_whole:
    case Form::number_real:
        return normal_decimal(text, space);
    case Form::single:
    case Form::real:
        return canonical_float(form, double_of(text), space);
    case Form::bytes:
    case Form::hex:
        space = text;
        space.resize(decode_hex(space.data(), space.size()));
        return space;
    case Form::instant:
    case Form::moment_us:
        return without_offset(text);
    case Form::moment_s:
        return cut(without_offset(text), 0);
    case Form::moment_ms:
        return cut(without_offset(text), 3);
    case Form::host:
        return text.substr(0, text.find('/'));
    default:
        return text;
    }
}

std::string_view canonical(Form form, sqlite3_stmt* statement, int column, std::string& space) {
    if (form >= Form::truth_text)
        return decoded(form, statement, column, space);
    const int storage = sqlite3_column_type(statement, column);
    if (storage == SQLITE_TEXT || storage == SQLITE_BLOB) {
        const std::string_view text = column_text(statement, column);
        return storage == SQLITE_TEXT && (form == Form::number || form == Form::decimal)
                   ? normal_decimal(text, space)
                   : text;
    }
    if (form == Form::single || form == Form::real)
        return canonical_float(form, sqlite3_column_double(statement, column), space);
    if (storage == SQLITE_INTEGER)
        return number_text(sqlite3_column_int64(statement, column), space);
    const std::string_view text = float_text(sqlite3_column_double(statement, column), space);
    if (form != Form::number && form != Form::decimal)
        return text;
    const std::string kept(text);
    return normal_decimal(kept, space);
}

std::string_view normal_decimal(std::string_view text, std::string& space) {
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+'))
        rest.remove_prefix(1);
    // Digits, and where the point is among them.
    std::string digits;
    std::int64_t point = -1;
    while (!rest.empty() && ((rest[0] >= '0' && rest[0] <= '9') || (rest[0] == '.' && point < 0))) {
        if (rest[0] == '.')
            point = static_cast<std::int64_t>(digits.size());
        else
            digits += rest[0];
        rest.remove_prefix(1);
    }
    if (point < 0)
        point = static_cast<std::int64_t>(digits.size());
    std::int64_t exponent = 0;
    if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E') && !digits.empty()) {
        rest.remove_prefix(rest.size() > 1 && rest[1] == '+' ? 2 : 1);
        const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
        rest.remove_prefix(static_cast<std::size_t>(end.ptr - rest.data()));
    }
    if (digits.empty() || !rest.empty() || std::abs(exponent) > 2000)
        return text; // NaN, Infinity, or no number at all
    point += exponent;
    if (point < 0) {
        digits.insert(0, static_cast<std::size_t>(-point), '0');
        point = 0;
    } else if (point > static_cast<std::int64_t>(digits.size())) {
        digits.append(static_cast<std::size_t>(point) - digits.size(), '0');
    }
    std::string whole = digits.substr(0, static_cast<std::size_t>(point));
    std::string fraction = digits.substr(static_cast<std::size_t>(point));
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
    fraction.erase(fraction.find_last_not_of('0') + 1); // npos + 1 is 0
    space.assign(negative && !(whole.empty() && fraction.empty()) ? "-" : "");
    space += whole.empty() ? "0" : whole;
    if (!fraction.empty())
        space += "." + fraction;
    return space;
}

} // namespace locum::datasource
