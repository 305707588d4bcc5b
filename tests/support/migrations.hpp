#pragma once
// A migration of one SQL text.

#include "datasource/migration.hpp"

inline locum::datasource::Migration sql_migration(const std::string& from, const std::string& to,
                                                  const std::string& sql, const std::string& name) {
    locum::datasource::MigrationPart part;
    part.name = name;
    part.sql = sql;
    return {from, to, {part}};
}
