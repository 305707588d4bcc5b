#pragma once
// All SQL that knows the schema. There is one definition for each schema version (queries_1.cpp,
// queries_2.cpp), and the executable's version is the one it is linked with. Every statement runs
// on PostgreSQL and SQLite; parameters are $1, $2, … in the order of first use.

#include <string_view>

namespace endpoint {

struct Queries {
    std::string_view product;       // version of the executable
    std::string_view schema;        // the only schema version it runs on
    std::string_view probe;         // reads a column that no other schema version has
    std::string_view device_config; // $1 device → device, profile, version, value
    std::string_view profile;       // $1 profile → version, value
    // $1 profile, $2 expected version or NULL, $3 time, $4 administrator → new version; no row
    // where the profile does not exist or has another version.
    std::string_view next_version;
    std::string_view write_value; // $1 profile, $2 its new version, $3 value
};

const Queries& queries();

} // namespace endpoint
