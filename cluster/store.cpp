#include "cluster/store.hpp"

#include "cluster/embedded.hpp"
#include "engine/error.hpp"
#include "platform/files.hpp"

#include <algorithm>
#include <thread>

namespace locum::cluster {

using datasource::Kind;

namespace {

constexpr std::chrono::milliseconds retry_interval{200};

} // namespace

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
    settings_(settings), suite_(std::move(suite)) {
    if (settings_.kind == Kind::postgresql)
        prefix_ = registry_schema(suite_) + ".";
    open(missing);
}

void Store::open(Missing missing) {
    datasource::ConnectOptions options;
    options.application_name = "locum";
    options.create = missing == Missing::is_made;
    connection_ = settings_.kind == Kind::sqlite
                      ? datasource::connect_file(registry_file(settings_), options)
                      : datasource::connect(settings_, settings_.locum, options);
}

// Within a transaction there is nothing to bear: what it did before is lost with the connection.
template <class F>
auto Store::bearing_outages(F&& statement) {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    for (;;) {
        try {
            if (connection_->lost() && !in_transaction_)
                open(Missing::is_an_error);
            return statement();
        } catch (const engine::Error&) {
            if (!connection_->lost() || in_transaction_ ||
                std::chrono::steady_clock::now() >= deadline)
                throw;
        }
        std::this_thread::sleep_for(retry_interval);
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
    return bearing_outages([&] { return connection_->query(text(sql), parameters); });
}

std::int64_t Store::execute(std::string_view sql,
                            const std::vector<datasource::Parameter>& parameters) {
    return bearing_outages([&] { return connection_->execute(text(sql), parameters); });
}

void Store::transaction(const std::function<void()>& work) {
    query("SELECT 1"); // connects anew where that is needed
    datasource::Transaction transaction(*connection_);
    struct Inside {
        bool& flag;
        explicit Inside(bool& of) : flag(of) { flag = true; }
        ~Inside() { flag = false; }
    } const inside(in_transaction_);
    work();
    transaction.commit();
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
