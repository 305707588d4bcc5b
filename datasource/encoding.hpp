#pragma once
// How a copy in SQLite holds the values of PostgreSQL's types, where the product that reads it
// wants another form than the one Locum chooses.

#include <map>
#include <string>

namespace locum::datasource {

enum class Encoding { text, integer, real, blob, epoch_s, epoch_ms, epoch_us };

struct Encodings {
    std::map<std::string, Encoding> types;   // by PostgreSQL's type: "timestamptz"
    std::map<std::string, Encoding> columns; // by "table.column"; these win
};

} // namespace locum::datasource
