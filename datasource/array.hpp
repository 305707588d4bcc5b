#pragma once
// Within datasource/ only: the canonical text of an array, from PostgreSQL's text and from the JSON
// that a copy has. Brackets, and between them for each element "n" for NULL, or its size and its
// own canonical text.

#include "datasource/value.hpp"

namespace locum::datasource {

// "{1,NULL,\"a b\"}". The text is in space.
std::string_view canonical_array(Form element, std::string_view postgresql_text,
                                 std::string& space);
// "[1,null,\"a b\"]". What is no JSON, or no array of plain values, stays as it is.
std::string_view canonical_json(Form element, std::string_view json, std::string& space);

} // namespace locum::datasource
