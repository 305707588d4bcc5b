#pragma once
// Canonical checksum of a table: the same for the same values on both engines, whatever the order
// of the rows. Each row: its fields in canonical text, length-prefixed, NULL marked, in the order
// of the column names; SHA-256 of it; the first 16 bytes summed modulo 2^128 over all rows; with
// the number of rows. Hex.

#include "datasource/schema.hpp"

namespace locum::datasource {

struct TableChecksum {
    std::int64_t rows = 0;
    std::string sum;
    bool operator==(const TableChecksum&) const = default;
};

// types: as the source's schema tells them, also for the copy, whose own declarations are weaker,
// and with its encodings, which do not change the sum.
TableChecksum checksum(Connection& connection, const Table& table);

} // namespace locum::datasource
