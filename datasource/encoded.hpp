#pragma once
// Within datasource/ only: the encodings that a suite wants, set against the schema that is there.

#include "datasource/schema.hpp"

namespace locum::datasource {

// Column::encoding of each column that is to be other than Locum chooses. Returns what cannot be:
// a column that is not there, an encoding that its type cannot have, keys that would not match.
std::vector<engine::Finding> encode(Schema& schema, const Encodings& encodings);

// Values that would not survive their encoding, by table, column and key of a row: an error. What
// the encoding was chosen to cut off is a warning. Reads the tables of such columns, and no other.
std::vector<engine::Finding> losses(Connection& connection, const Schema& schema);

// "column "device"."seen"".
std::string place(const Table& table, const Column& column);

} // namespace locum::datasource
