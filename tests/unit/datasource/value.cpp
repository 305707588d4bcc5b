#include "datasource/value.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>

#include <cstring>

using namespace locum;
using namespace locum::datasource;

namespace {

std::string normal(std::string_view text) {
    std::string space;
    return std::string(normal_decimal(text, space));
}

std::string canonical_text(Form form, std::string_view text) {
    std::string space;
    return std::string(canonical(form, text, space));
}

template <class Number>
std::string big_endian(Number number) {
    std::string bytes;
    for (int shift = 8 * (static_cast<int>(sizeof number) - 1); shift >= 0; shift -= 8)
        bytes += static_cast<char>(static_cast<std::uint64_t>(number) >> shift & 0xFFU);
    return bytes;
}

// What SQLite makes of a bound value: its text, as SQL shows it.
std::string bound(Form form, const std::string& bytes) {
    sqlite3* raw = nullptr;
    sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE, nullptr);
    const SqliteHandle database(raw);
    const Statement statement = prepare(raw, "SELECT quote(?)");
    BindSpace space;
    bind_value(statement.get(), 1, form, bytes, space);
    sqlite3_step(statement.get());
    return reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
}

std::string float_bytes(double value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof bits);
    return big_endian(bits);
}

std::string numeric(std::vector<std::int16_t> groups, int weight, std::uint16_t sign = 0) {
    std::string bytes = big_endian(static_cast<std::int16_t>(groups.size())) +
                        big_endian(static_cast<std::int16_t>(weight)) + big_endian(sign) +
                        big_endian(std::int16_t{2});
    for (const std::int16_t group : groups)
        bytes += big_endian(group);
    return bytes;
}

} // namespace

TEST_CASE("a decimal has one form") {
    for (const auto& [text, expected] :
         {std::pair{"1.50", "1.5"},
          {"0.00", "0"},
          {"-0", "0"},
          {"-0.10", "-0.1"},
          {"007", "7"},
          {"1e3", "1000"},
          {"1.5e+2", "150"},
          {"25e-4", "0.0025"},
          {"1e-2", "0.01"},
          {".5", "0.5"},
          {"5.", "5"},
          {"100", "100"},
          {"123456789012345678901234567890.10", "123456789012345678901234567890.1"}})
        CHECK(normal(text) == expected);
    for (const char* other : {"NaN", "Infinity", "-Infinity", "", "-", ".", "1.2.3", "1x", "e5"})
        CHECK(normal(other) == other);
}

TEST_CASE("canonical text of PostgreSQL's text") {
    CHECK(canonical_text(Form::boolean, "t") == "1");
    CHECK(canonical_text(Form::boolean, "f") == "0");
    CHECK(canonical_text(Form::real, "1e+20") ==
          canonical_text(Form::real, "100000000000000000000"));
    CHECK(canonical_text(Form::real, "-0") == "0");
    CHECK(canonical_text(Form::real, "NaN") == "NaN");
    CHECK(canonical_text(Form::single, "0.1") == "0.1");
    CHECK(canonical_text(Form::bytes, "\\x00ff5C") == std::string("\0\xff\\", 3));
    CHECK(canonical_text(Form::instant, "2024-01-02 03:04:05+00") == "2024-01-02 03:04:05");
    CHECK(canonical_text(Form::stamp, "2024-01-02 03:04:05") == "2024-01-02 03:04:05");
    CHECK(canonical_text(Form::text, "1.50") == "1.50");
}

TEST_CASE("values of COPY's binary format in SQLite") {
    CHECK(bound(Form::boolean, std::string("\1", 1)) == "1");
    CHECK(bound(Form::boolean, std::string("\0", 1)) == "0");
    CHECK(bound(Form::integer, big_endian(std::int16_t{-2})) == "-2");
    CHECK(bound(Form::integer, big_endian(std::int32_t{-70000})) == "-70000");
    CHECK(bound(Form::integer, big_endian(INT64_MIN)) == "-9223372036854775808");
    CHECK(bound(Form::real, float_bytes(0.5)) == "0.5");
    CHECK_THROWS_AS(bound(Form::real, float_bytes(std::numeric_limits<double>::quiet_NaN())),
                    engine::Error);
    CHECK(bound(Form::bytes, "") == "X''");
    CHECK(bound(Form::text, "it's") == "'it''s'");
    CHECK(bound(Form::uuid, std::string("\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54"
                                        "\x32\x10",
                                        16)) == "'01234567-89ab-cdef-fedc-ba9876543210'");
    CHECK(bound(Form::date, big_endian(std::int32_t{0})) == "'2000-01-01'");
    CHECK(bound(Form::date, big_endian(std::int32_t{-730119})) == "'0001-01-01'");
    CHECK(bound(Form::date, big_endian(INT32_MAX)) == "'infinity'");
    CHECK(bound(Form::date, big_endian(INT32_MIN)) == "'-infinity'");
    for (const std::int32_t day : {-730120, 2921940, 2'000'000'000, -2'000'000'000})
        CHECK_THROWS_AS(bound(Form::date, big_endian(day)), engine::Error);
    CHECK(bound(Form::date, big_endian(std::int32_t{2921939})) == "'9999-12-31'");
    CHECK(bound(Form::instant, big_endian(std::int64_t{-1})) == "'1999-12-31 23:59:59.999999'");
    CHECK(bound(Form::stamp, big_endian(std::int64_t{1'500'000})) == "'2000-01-01 00:00:01.5'");
    CHECK(bound(Form::stamp, big_endian(INT64_MAX)) == "'infinity'");
    CHECK_THROWS_AS(bound(Form::stamp, big_endian(INT64_MAX - 1)), engine::Error);
    CHECK_THROWS_AS(bound(Form::integer, "xyz"), engine::Error);
}

TEST_CASE("values as a suite wants them") {
    CHECK(bound(Form::truth_text, std::string("\1", 1)) == "'t'");
    CHECK(bound(Form::truth_text, std::string("\0", 1)) == "'f'");
    CHECK(bound(Form::uuid_bytes, std::string(16, '\xab')) ==
          "X'ABABABABABABABABABABABABABABABAB'");
    CHECK(bound(Form::number_whole, big_endian(INT64_MIN)) == "-9223372036854775808");
    CHECK(bound(Form::number_real, float_bytes(2)) == "2.0");
    CHECK(bound(Form::day_s, big_endian(std::int32_t{0})) == "946684800");
    CHECK(bound(Form::day_us, big_endian(std::int32_t{-730119})) == "-62135596800000000");
    CHECK(bound(Form::moment_s, big_endian(std::int64_t{-1})) == "946684799");
    CHECK(bound(Form::moment_ms, big_endian(std::int64_t{1'999})) == "946684800001");
    // One microsecond before 1970 is in the second, and the millisecond, before it.
    CHECK(bound(Form::moment_s, big_endian(std::int64_t{-946'684'800'000'001})) == "-1");
    CHECK(bound(Form::moment_ms, big_endian(std::int64_t{-946'684'800'000'001})) == "-1");
    CHECK(bound(Form::moment_ms, big_endian(std::int64_t{-946'684'800'001'000})) == "-1");
    for (const std::int32_t day : {-730120, 2921940, INT32_MAX, INT32_MIN})
        CHECK_THROWS_AS(bound(Form::day_s, big_endian(day)), engine::Error);
    for (const std::int64_t moment : {INT64_MAX, INT64_MIN, 2921940 * 86'400'000'000})
        CHECK_THROWS_AS(bound(Form::moment_us, big_endian(moment)), engine::Error);
    CHECK(canonical_text(Form::moment_s, "2024-01-02 03:04:05.9+00") == "2024-01-02 03:04:05");
    CHECK(canonical_text(Form::moment_ms, "2024-01-02 03:04:05.1009+00") ==
          "2024-01-02 03:04:05.1");
    CHECK(canonical_text(Form::moment_ms, "2024-01-02 03:04:05.0009") == "2024-01-02 03:04:05");
    CHECK(canonical_text(Form::moment_us, "2024-01-02 03:04:05.000009+00") ==
          "2024-01-02 03:04:05.000009");
    CHECK(canonical_text(Form::host, "fe80::1/64") == "fe80::1");
}

TEST_CASE("numeric of at most 15 digits becomes the double that reads the same") {
    CHECK(bound(Form::number, numeric({}, 0)) == "0.0");
    CHECK(bound(Form::number, numeric({1, 1000}, 0)) == "1.1");
    CHECK(bound(Form::number, numeric({100}, 3)) == "100000000000000.0");
    CHECK(bound(Form::number, numeric({7}, -1)) == "0.0007");
    CHECK(bound(Form::number, numeric({9, 9999, 9999, 9999, 9900}, 3, 0x4000)) ==
          "-9999999999999.99");
    CHECK(bound(Form::number, numeric({}, 0, 0xC000)) == "'NaN'");
    CHECK_THROWS_AS(bound(Form::number, numeric({1, 2}, 0).substr(0, 10)), engine::Error);
}
