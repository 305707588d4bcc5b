#pragma once
// How a copy in SQLite holds the values of PostgreSQL's types, where the product that reads it
// wants another form than the one Locum chooses.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace locum::datasource {

// json: of an array. host: an inet without the length of its mask. epoch_*: since 1970, UTC; what
// is finer than the unit is cut off, towards the past.
enum class Encoding { text, integer, real, blob, json, host, epoch_s, epoch_ms, epoch_us };

struct Encodings {
    std::map<std::string, Encoding> types;   // by PostgreSQL's type, or "array": "timestamptz"
    std::map<std::string, Encoding> columns; // by "table.column"; these win
};

// "epoch-ms".
std::string_view name(Encoding encoding);
std::optional<Encoding> encoding_named(std::string_view name);

// One name for each type, without length or precision: "timestamptz(3)" → "timestamp with time
// zone".
std::string plain_type(std::string_view type);

// What values of the type may be, Locum's own choice first; nothing for a type that is not known.
std::vector<Encoding> encodings_of(std::string_view type);

} // namespace locum::datasource
