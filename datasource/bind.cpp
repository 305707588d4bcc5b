// Values of COPY's binary format into SQLite's parameters.

#include "datasource/value.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>

namespace locum::datasource {
namespace {

constexpr std::int64_t microseconds_a_day = 86'400'000'000;
constexpr std::int64_t unix_to_2000 = 946'684'800'000'000; // microseconds
// 0001-01-01 and 10000-01-01 in days from 2000-01-01.
constexpr std::int64_t first_day = -730'119, end_of_days = 2'921'940;

[[noreturn]] void refuse(std::string_view what, std::string_view why) {
    throw engine::Error(fmt::format("the value {} {}", what, why), engine::Kind::refused)
        .remedy("change the value, or upgrade with --mode short-downtime");
}

// Big-endian, as all numbers of the format are.
template <class Number>
Number number_at(std::string_view bytes, std::size_t at = 0) {
    if (bytes.size() < at + sizeof(Number))
        throw engine::Error("PostgreSQL sent a value that is shorter than its type");
    std::make_unsigned_t<Number> value = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i)
        value =
            static_cast<decltype(value)>(value << 8U | static_cast<unsigned char>(bytes[at + i]));
    return static_cast<Number>(value);
}

template <class Float, class Bits>
Float float_of(std::string_view bytes) {
    const auto bits = number_at<Bits>(bytes);
    Float value = 0;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

// The double that reads the same: 0.1f becomes 0.1, not 0.10000000149.
double widened(float value) {
    if (!std::isfinite(value))
        return value;
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    double wide = 0;
    std::from_chars(text.data(), end.ptr, wide);
    return wide;
}

char* write_digits(char* out, unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i, value /= 10)
        out[i] = static_cast<char>('0' + value % 10);
    return out + count;
}

// A calendar day as "2024-02-29" at out; days since 2000-01-01.
char* write_day(char* out, std::int64_t days) {
    using namespace std::chrono;
    constexpr sys_days epoch = year{2000} / January / 1;
    // A little more than the years that are accepted; the calendar itself ends at year 32767.
    constexpr std::int64_t far = 4'000'000;
    const std::int64_t clamped = std::clamp(days, -far, far);
    const year_month_day day{epoch + std::chrono::days(clamped)};
    const int year_number = static_cast<int>(day.year());
    if (year_number < 1 || year_number > 9999)
        refuse(fmt::format("{} days from 2000-01-01", days),
               "is a date outside of the years 1 to 9999, which SQLite cannot put in order");
    out = write_digits(out, static_cast<unsigned>(year_number), 4);
    *out++ = '-';
    out = write_digits(out, static_cast<unsigned>(day.month()), 2);
    *out++ = '-';
    return write_digits(out, static_cast<unsigned>(day.day()), 2);
}

// As PostgreSQL writes it: "2024-02-29 03:04:05.00012", without zeros at the end.
char* write_time(char* out, std::int64_t microseconds) {
    const auto seconds = static_cast<unsigned>(microseconds / 1'000'000);
    const auto fraction = static_cast<unsigned>(microseconds % 1'000'000);
    *out++ = ' ';
    out = write_digits(out, seconds / 3600, 2);
    *out++ = ':';
    out = write_digits(out, seconds / 60 % 60, 2);
    *out++ = ':';
    out = write_digits(out, seconds % 60, 2);
    if (fraction == 0)
        return out;
    *out++ = '.';
    out = write_digits(out, fraction, 6);
    while (out[-1] == '0')
        --out;
    return out;
}

// Only of columns of at most 15 digits: groups of four decimal digits, the first of which counts
// 10000^weight. Exact, since both the digits and the power of ten are doubles without rounding.
struct Numeric {
    bool nan = false;
    double value = 0;
};
Numeric numeric_of(std::string_view bytes) {
    const int groups = number_at<std::int16_t>(bytes), weight = number_at<std::int16_t>(bytes, 2);
    const auto sign = number_at<std::uint16_t>(bytes, 4);
    if (sign == 0xC000U)
        return {true, 0};
    std::int64_t digits = 0;
    for (int i = 0; i < groups; ++i)
        digits =
            digits * 10'000 + number_at<std::int16_t>(bytes, 8 + 2 * static_cast<std::size_t>(i));
    // Groups of zeros behind the last one that is sent, or decimals.
    int exponent = 4 * (weight + 1 - groups);
    for (; exponent > 0; --exponent)
        digits *= 10;
    // The last group may have zeros at its end that make the digits too many for a double.
    for (; exponent < 0 && digits % 10 == 0 && digits != 0; ++exponent)
        digits /= 10;
    double value = static_cast<double>(digits);
    double power = 1;
    for (; exponent < 0; ++exponent)
        power *= 10;
    value /= power;
    return {false, sign == 0x4000U ? -value : value};
}

// Texts that are made here are in the space that the caller lends, all others stay in the batch.
class Binder {
public:
    Binder(sqlite3_stmt* statement, int parameter, BindSpace& space) :
        statement_(statement), parameter_(parameter), space_(space) {}

    int kept(std::string_view text) {
        return sqlite3_bind_text64(statement_, parameter_, text.data(), text.size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    }
    int floating(double value) {
        if (std::isnan(value))
            refuse("NaN", "of a float would become NULL in SQLite");
        return sqlite3_bind_double(statement_, parameter_, value);
    }
    int integer(std::string_view bytes) {
        const std::int64_t value = bytes.size() == 2   ? number_at<std::int16_t>(bytes)
                                   : bytes.size() == 4 ? number_at<std::int32_t>(bytes)
                                                       : number_at<std::int64_t>(bytes);
        return sqlite3_bind_int64(statement_, parameter_, value);
    }
    int number(std::string_view bytes) {
        const Numeric numeric = numeric_of(bytes);
        // Whole numbers become integers by the column's affinity.
        return numeric.nan ? kept("NaN")
                           : sqlite3_bind_double(statement_, parameter_, numeric.value);
    }
    int blob(std::string_view bytes) {
        return sqlite3_bind_blob64(statement_, parameter_, bytes.data(), bytes.size(),
                                   SQLITE_STATIC);
    }
    int day(std::int32_t days) {
        if (days == std::numeric_limits<std::int32_t>::max())
            return kept("infinity");
        if (days == std::numeric_limits<std::int32_t>::min())
            return kept("-infinity");
        return kept({space_.data(), length(write_day(space_.data(), days))});
    }
    int moment(std::int64_t microseconds) {
        if (microseconds == std::numeric_limits<std::int64_t>::max())
            return kept("infinity");
        if (microseconds == std::numeric_limits<std::int64_t>::min())
            return kept("-infinity");
        std::int64_t days = microseconds / microseconds_a_day,
                     rest = microseconds % microseconds_a_day;
        if (rest < 0) {
            rest += microseconds_a_day;
            --days;
        }
        return kept({space_.data(), length(write_time(write_day(space_.data(), days), rest))});
    }
    int uuid(std::string_view bytes) {
        static constexpr std::string_view digits = "0123456789abcdef";
        char* out = space_.data();
        for (std::size_t i = 0; i < bytes.size() && i < 16; ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10)
                *out++ = '-';
            const auto byte = static_cast<unsigned char>(bytes[i]);
            *out++ = digits[byte >> 4U];
            *out++ = digits[byte & 15U];
        }
        return kept({space_.data(), length(out)});
    }

    // Unit in microseconds. What is finer goes towards the past, as a calendar's digits do.
    int since_1970(std::int64_t microseconds, std::int64_t unit) {
        const std::int64_t since = microseconds + unix_to_2000;
        return sqlite3_bind_int64(statement_, parameter_,
                                  since / unit - (since % unit < 0 ? 1 : 0));
    }
    int day_number(std::int32_t days, std::int64_t unit) {
        if (days < first_day || days >= end_of_days)
            refuse(fmt::format("{} days from 2000-01-01", days),
                   "is infinity, or a date outside of the years 1 to 9999");
        return since_1970(days * microseconds_a_day, unit);
    }
    int moment_number(std::int64_t microseconds, std::int64_t unit) {
        if (microseconds < first_day * microseconds_a_day ||
            microseconds >= end_of_days * microseconds_a_day)
            refuse(fmt::format("{} microseconds from 2000-01-01", microseconds),
                   "is infinity, or a date outside of the years 1 to 9999");
        return since_1970(microseconds, unit);
    }

private:
    std::size_t length(const char* end) const {
        return static_cast<std::size_t>(end - space_.data());
    }

    sqlite3_stmt* statement_;
    int parameter_;
    BindSpace& space_;
};

int bind(Binder binder, Form form, std::string_view bytes) {
    switch (form) {
    case Form::boolean:
        return binder.integer(std::string_view(bytes.at(0) == 0 ? "\0\0" : "\0\1", 2));
    case Form::integer:
        return binder.integer(bytes);
    case Form::number:
        return binder.number(bytes);
    case Form::single:
        return binder.floating(widened(float_of<float, std::uint32_t>(bytes)));
    case Form::real:
        return binder.floating(float_of<double, std::uint64_t>(bytes));
    case Form::bytes:
        return binder.blob(bytes);
    case Form::date:
        return binder.day(number_at<std::int32_t>(bytes));
    case Form::stamp:
    case Form::instant:
        return binder.moment(number_at<std::int64_t>(bytes));
    case Form::uuid:
        return binder.uuid(bytes);
    case Form::truth_text:
        return binder.kept(bytes.at(0) == 0 ? "f" : "t");
    case Form::number_whole:
        return binder.integer(bytes);
    case Form::number_real:
        return binder.floating(float_of<double, std::uint64_t>(bytes));
    case Form::uuid_bytes:
        return binder.blob(bytes);
    case Form::day_s:
        return binder.day_number(number_at<std::int32_t>(bytes), 1'000'000);
    case Form::day_ms:
        return binder.day_number(number_at<std::int32_t>(bytes), 1'000);
    case Form::day_us:
        return binder.day_number(number_at<std::int32_t>(bytes), 1);
    case Form::moment_s:
        return binder.moment_number(number_at<std::int64_t>(bytes), 1'000'000);
    case Form::moment_ms:
        return binder.moment_number(number_at<std::int64_t>(bytes), 1'000);
    case Form::moment_us:
        return binder.moment_number(number_at<std::int64_t>(bytes), 1);
    case Form::decimal:
    case Form::text:
    case Form::hex:
    case Form::host:
    case Form::array:
        break;
    }
    return binder.kept(bytes);
}

} // namespace

namespace {

// Timestamps as a column of them has them, not in JSON's own form.
std::string array_expression(const Column& column) {
    const std::string_view cast =
        column.element.starts_with("timestamp")
            ? (column.element.ends_with("with time zone") ? "::timestamp[]::text[]" : "::text[]")
            : "";
    return fmt::format("array_to_json({}{})::text", quoted(column.name), cast);
}

} // namespace

std::string select_expression(const Column& column) {
    const std::string name = quoted(column.name);
    const std::string_view declared = column.declared;
    switch (form_of(column)) {
    case Form::decimal:
        return name + "::text";
    case Form::number_whole:
        return name + "::bigint";
    case Form::number_real:
        return name + "::float8";
    case Form::hex:
        return fmt::format("encode({}, 'hex')", name);
    case Form::host:
        return fmt::format("host({})", name);
    case Form::array:
        return array_expression(column);
    case Form::text:
        if (column.encoding)
            return name + "::text";
        // The cast would write "/32" behind the address of a host.
        if (declared == "inet")
            return fmt::format("inet_out({})::text", name);
        // These are sent as they are read. A cast would cut off the padding of character(n).
        return declared == "text" || declared == "json" || declared.starts_with("character")
                   ? name
                   : name + "::text";
    default:
        return name;
    }
}

void bind_value(sqlite3_stmt* statement, int parameter, Form form, std::string_view bytes,
                BindSpace& space) {
    const int result = bind(Binder(statement, parameter, space), form, bytes);
    if (result == SQLITE_TOOBIG)
        refuse(fmt::format("of {} bytes", bytes.size()),
               "is larger than SQLite holds in one value");
    if (result != SQLITE_OK)
        throw sqlite_error(sqlite3_db_handle(statement), {});
}

} // namespace locum::datasource
