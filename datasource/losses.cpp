#include "datasource/encoded.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace locum::datasource {
namespace {

using engine::Finding;
using engine::Severity;

// A condition, with the column as {0}, that is true for a value that does not survive.
struct Risk {
    std::string_view condition;
    std::string_view found;
    std::string_view expected;
    Severity severity = Severity::error;
};

constexpr Risk not_whole{
    "{0} <> trunc({0}) OR {0} NOT BETWEEN -9223372036854775808 AND 9223372036854775807",
    "a number that no 64-bit integer holds", "whole numbers of 64 bits"};
// The guards keep the cast from failing. As text, since the cast to numeric rounds to 15 digits.
constexpr Risk not_double{"CASE WHEN {0} = 0 THEN false WHEN abs({0}) NOT BETWEEN 1e-300 AND 1e300 "
                          "THEN true ELSE {0}::float8::text::numeric <> {0} END",
                          "a number that a double would round",
                          "numbers that read the same as a double: at most 15 digits always do"};
constexpr Risk far_date{"{0} < '0001-01-01' OR {0} >= '10000-01-01'",
                        "infinity, or a date outside of the years 1 to 9999",
                        "dates in the years 1 to 9999"};
constexpr Risk below_seconds{"date_trunc('second', {0}) <> {0}", "a fraction of a second",
                             "whole seconds; the copy cuts the rest off", Severity::warning};
constexpr Risk below_milliseconds{
    "date_trunc('milliseconds', {0}) <> {0}", "a fraction of a millisecond",
    "whole milliseconds; the copy cuts the rest off", Severity::warning};
constexpr Risk net_mask{"masklen({0}) < CASE family({0}) WHEN 4 THEN 32 ELSE 128 END",
                        "an address with a mask", "addresses of hosts; the copy cuts the mask off",
                        Severity::warning};
constexpr Risk lower_bound{R"(array_dims({0}) !~ '^(\[1:\d+\])+$')",
                           "an array that does not begin at 1", "arrays that begin at 1"};
constexpr Risk far_element{"EXISTS (SELECT FROM unnest({0}) AS e WHERE isfinite(e) AND (e < "
                           "'0001-01-01' OR e >= '10000-01-01'))",
                           "a date outside of the years 1 to 9999", "dates in the years 1 to 9999"};

// JSON's readers know no larger number, and array_to_json writes NaN and infinity as texts.
constexpr Risk huge_element{"EXISTS (SELECT FROM unnest({0}) AS e WHERE e::text ~ '^-?[0-9]' AND "
                            "abs(e) > 1.7976931348623157e308)",
                            "an array with a number above 1.7976931348623157e308",
                            "numbers that a double can hold"};

std::vector<Risk> risks_of(const Column& column) {
    if (column.type == Type::array && !column.encoding) {
        std::vector<Risk> risks{lower_bound};
        if (column.element == "date" || column.element.starts_with("timestamp"))
            risks.push_back(far_element);
        if (column.element.starts_with("numeric"))
            risks.push_back(huge_element);
        return risks;
    }
    if (!column.encoding)
        return {};
    const bool has_time = column.type == Type::timestamp || column.type == Type::timestamptz;
    switch (*column.encoding) {
    case Encoding::integer:
        return column.type == Type::numeric ? std::vector{not_whole} : std::vector<Risk>();
    case Encoding::real:
        return {not_double};
    case Encoding::host:
        return {net_mask};
    case Encoding::epoch_s:
        return has_time ? std::vector{far_date, below_seconds} : std::vector{far_date};
    case Encoding::epoch_ms:
        return has_time ? std::vector{far_date, below_milliseconds} : std::vector{far_date};
    case Encoding::epoch_us:
        return {far_date};
    default:
        return {};
    }
}

// Not the value, which may be a secret.
std::string row_name(const std::vector<std::string>& key, const Row& row) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < key.size(); ++i)
        parts.push_back(fmt::format("{} {}", key[i], row.at(i).value_or("")));
    return fmt::format("{}", fmt::join(parts, ", "));
}

} // namespace

std::vector<Finding> losses(Connection& connection, const Schema& schema) {
    std::vector<Finding> findings;
    for (const Table& table : schema.tables) {
        std::vector<std::string> key;
        for (const std::string& column : table.primary_key)
            key.push_back(quoted(column));
        if (key.empty())
            key.emplace_back("ctid");
        for (const Column& column : table.columns)
            for (const Risk& risk : risks_of(column)) {
                const Rows rows = connection.query(
                    fmt::format("SELECT {} FROM ONLY public.{} WHERE {} LIMIT 1",
                                fmt::join(key, ", "), quoted(table.name),
                                fmt::format(fmt::runtime(risk.condition), quoted(column.name))));
                if (rows.empty())
                    continue;
                const bool lost = risk.severity == Severity::error;
                findings.push_back(
                    {lost ? "copy-value" : "copy-value-cut", risk.severity,
                     fmt::format("{} has {}, in the row with {}", place(table, column), risk.found,
                                 row_name(key, rows[0])),
                     std::string(risk.expected),
                     lost ? "change the value, or upgrade with --mode short-downtime, or ask the "
                            "vendor for another encoding of the column"
                          : "see that the suite does without it"});
            }
    }
    return findings;
}

} // namespace locum::datasource
