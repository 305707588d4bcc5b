#pragma once
// Within suite/ only: what the tables tell, once the migrations have made them.

#include "datasource/schema.hpp"
#include "suite/lint_checks.hpp"

namespace locum::suite {

// "the column t.c is missing"; of the second, held against the first.
std::vector<std::string> differences(const datasource::Schema& expected,
                                     const datasource::Schema& found);

void lint_tables(const Source& source, const datasource::Schema& schema, Remarks& remarks);
// old-binary-on-new-schema = "works", held against what the schemas (by version) have lost.
void lint_promises(const Source& source, const std::map<std::string, datasource::Schema>& schemas,
                   Remarks& remarks);

} // namespace locum::suite
