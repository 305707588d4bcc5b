#include "datasource/encoding.hpp"

#include <algorithm>
#include <array>

namespace locum::datasource {
namespace {

constexpr std::array names{
    std::string_view("text"),    std::string_view("integer"),  std::string_view("real"),
    std::string_view("blob"),    std::string_view("json"),     std::string_view("host"),
    std::string_view("epoch-s"), std::string_view("epoch-ms"), std::string_view("epoch-us")};

} // namespace

std::string_view name(Encoding encoding) {
    return names.at(static_cast<std::size_t>(encoding));
}

std::optional<Encoding> encoding_named(std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end())
        return std::nullopt;
    return static_cast<Encoding>(found - names.begin());
}

std::string plain_type(std::string_view type) {
    std::string plain(type);
    if (const auto open = plain.find('('); open != std::string::npos)
        plain.erase(open, plain.find(')') + 1 - open);
    static const std::map<std::string, std::string, std::less<>> aliases{
        {"bool", "boolean"},
        {"int2", "smallint"},
        {"int", "integer"},
        {"int4", "integer"},
        {"int8", "bigint"},
        {"decimal", "numeric"},
        {"float4", "real"},
        {"float8", "double precision"},
        {"varchar", "character varying"},
        {"char", "character"},
        {"bpchar", "character"},
        {"time", "time without time zone"},
        {"timestamp", "timestamp without time zone"},
        {"timestamptz", "timestamp with time zone"},
    };
    const auto found = aliases.find(plain);
    return found == aliases.end() ? plain : found->second;
}

std::vector<Encoding> encodings_of(std::string_view type) {
    using enum Encoding;
    static const std::map<std::string, std::vector<Encoding>, std::less<>> all{
        {"boolean", {integer, text}},
        {"smallint", {integer, text}},
        {"integer", {integer, text}},
        {"bigint", {integer, text}},
        {"numeric", {text, real, integer}},
        {"real", {real, text}},
        {"double precision", {real, text}},
        {"text", {text}},
        {"character varying", {text}},
        {"character", {text}},
        {"inet", {text, host}},
        {"cidr", {text}},
        {"macaddr", {text}},
        {"macaddr8", {text}},
        {"xml", {text}},
        {"json", {text}},
        {"jsonb", {text}},
        {"bytea", {blob, text}},
        {"date", {text, epoch_s, epoch_ms, epoch_us}},
        {"time without time zone", {text}},
        {"timestamp without time zone", {text, epoch_s, epoch_ms, epoch_us}},
        {"timestamp with time zone", {text, epoch_s, epoch_ms, epoch_us}},
        {"uuid", {text, blob}},
        {"enum", {text}},
        {"array", {json, text}},
    };
    const auto found = all.find(plain_type(type));
    return found == all.end() ? std::vector<Encoding>() : found->second;
}

} // namespace locum::datasource
