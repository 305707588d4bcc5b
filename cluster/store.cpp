#include "cluster/store.hpp"

#include "cluster/embedded.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <algorithm>

namespace locum::cluster {

using datasource::Kind;

std::string registry_file(const datasource::Settings& settings) {
    return settings.file + ".registry";
}

std::string registry_schema(std::string_view suite) {
    std::string schema = "locum_" + std::string(suite);
    std::replace(schema.begin(), schema.end(), '-', '_');
    return schema;
}

namespace {

void replace_all(std::string& text, std::string_view what, std::string_view by) {
    for (std::size_t at = text.find(what); at != std::string::npos;
         at = text.find(what, at + by.size()))
        text.replace(at, what.size(), by);
}

} // namespace

Store::Store(const datasource::Settings& settings, std::string suite, Missing missing) :
    suite_(std::move(suite)) {
    datasource::ConnectOptions options;
    options.application_name = "locum";
    options.create = missing == Missing::is_made;
    if (settings.kind == Kind::sqlite) {
        connection_ = datasource::connect_file(registry_file(settings), options);
    } else {
        connection_ = datasource::connect(settings, settings.locum, options);
        prefix_ = registry_schema(suite_) + ".";
    }
}

std::string Store::text(std::string_view sql) const {
    std::string text(sql);
    replace_all(text, "{r}", prefix_);
    replace_all(text, "{now}",
                connection_->kind() == Kind::sqlite
                    ? "CAST((julianday('now') - 2440587.5) * 86400000 AS integer)"
                    : "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)");
    return text;
}

datasource::Rows Store::query(std::string_view sql,
                              const std::vector<datasource::Parameter>& parameters) {
    return connection_->query(text(sql), parameters);
}

std::int64_t Store::execute(std::string_view sql,
                            const std::vector<datasource::Parameter>& parameters) {
    return connection_->execute(text(sql), parameters);
}

bool Store::exists() {
    if (connection_->kind() == Kind::sqlite)
        return !connection_->query("SELECT 1 FROM sqlite_master WHERE name = 'fact'").empty();
    return !connection_
                ->query("SELECT 1 FROM pg_namespace WHERE nspname = $1", {registry_schema(suite_)})
                .empty();
}

void Store::create() {
    datasource::Transaction transaction(*connection_);
    if (connection_->kind() == Kind::postgresql)
        connection_->script("CREATE SCHEMA " + registry_schema(suite_));
    connection_->script(text(embedded::registry_sql));
    transaction.commit();
}

void Store::destroy() {
    if (!exists())
        return;
    if (connection_->kind() == Kind::postgresql) {
        connection_->script("DROP SCHEMA " + registry_schema(suite_) + " CASCADE");
        return;
    }
    datasource::Transaction transaction(*connection_);
    for (std::string_view table : {"admission", "step", "operation", "lease", "node", "fact"})
        connection_->script("DROP TABLE IF EXISTS " + std::string(table));
    transaction.commit();
}

} // namespace locum::cluster
