#include "cluster/lease.hpp"

#include "engine/error.hpp"
#include "platform/host.hpp"
#include "platform/process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace locum::cluster {

using nlohmann::json;

namespace {

std::string describe_self(const std::string& purpose) {
    platform::ProcessId self = platform::self();
    return json{
        {"machine", platform::machine_id()}, {"host", platform::host_name()}, {"pid", self.pid},
        {"started", self.started},           {"program", self.executable},    {"purpose", purpose}}
        .dump();
}

// A holder on this machine whose process is gone holds nothing, whatever its time.
bool died_here(const json& holder) {
    // Machine ids are copied with machines; a host's name beside it tells clones apart.
    if (holder.at("machine") != platform::machine_id() ||
        holder.at("host") != platform::host_name())
        return false;
    return !platform::alive({holder.at("pid"), holder.at("started"), holder.at("program")});
}

// Throws Error(busy) where it is held by a process that lives, as far as that can be told. Returns
// whether the process that held it has died.
bool require_not_held(const std::string& holder, std::int64_t left_ms) {
    if (holder.empty() || left_ms <= 0)
        return false;
    const json held = json::parse(holder);
    if (died_here(held))
        return true;
    throw engine::Error(fmt::format("{} on {} (process {}) holds the lease for {} s more",
                                    held.at("purpose").get<std::string>(),
                                    held.at("host").get<std::string>(),
                                    held.at("pid").get<std::int64_t>(), (left_ms + 999) / 1000),
                        engine::Kind::busy)
        .remedy("wait for it, or see what it does: locum upgrade status");
}

} // namespace

Lease::Lease(const datasource::Settings& settings, const std::string& suite,
             const std::string& purpose) :
    settings_(settings),
    suite_(suite), store_(std::make_unique<Store>(settings, suite)),
    holder_(describe_self(purpose)) {
    datasource::Rows rows = store_->query(
        "SELECT holder, epoch, expires_ms - {now} FROM {r}lease WHERE name = 'cluster'");
    if (rows.empty())
        throw engine::Error("the registry has no lease row", engine::Kind::needs_attention)
            .remedy("restore the registry from a backup");
    const std::string before = rows[0][0].value();
    const std::int64_t epoch = std::stoll(rows[0][1].value());
    const std::int64_t left = std::stoll(rows[0][2].value());
    const bool died = require_not_held(before, left);
    std::int64_t taken = store_->execute(
        "UPDATE {r}lease SET holder = $1, epoch = $2, expires_ms = {now} + $3 "
        "WHERE name = 'cluster' AND epoch = $4 AND holder = $5 AND "
        "(holder = '' OR expires_ms <= {now} OR $6 = 1)",
        {holder_, epoch + 1, std::int64_t{lease_time.count()}, epoch, before, std::int64_t{died}});
    if (taken != 1)
        throw engine::Error("another process took the lease at the same moment", engine::Kind::busy)
            .remedy("locum upgrade status");
    epoch_ = static_cast<std::uint64_t>(epoch + 1);
    renewer_ = std::thread([this] { renew(); });
}

Lease::~Lease() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    end_.notify_all();
    renewer_.join();
    try {
        if (store_)
            store_->execute("UPDATE {r}lease SET holder = '', expires_ms = 0 WHERE name = "
                            "'cluster' AND epoch = $1",
                            {static_cast<std::int64_t>(epoch_)});
    } catch (const engine::Error&) {
        // It expires by itself.
    }
}

void Lease::renew() {
    std::unique_lock lock(mutex_);
    while (!end_.wait_for(lock, lease_time / 5, [this] { return ending_; })) {
        try {
            if (!store_)
                store_ = std::make_unique<Store>(settings_, suite_);
            std::int64_t kept = store_->execute(
                "UPDATE {r}lease SET expires_ms = {now} + $1 WHERE name = 'cluster' AND epoch = $2",
                {std::int64_t{lease_time.count()}, static_cast<std::int64_t>(epoch_)});
            lost_ = kept != 1;
        } catch (const std::exception&) {
            // The row is locked by our own migration, or the database is away: the next try, on a
            // new connection, tells.
            store_.reset();
        }
    }
}

void require_free_lease(Store& store) {
    lock_lease(store.connection(), store.prefix());
    for (const datasource::Row& row :
         store.query("SELECT holder, expires_ms - {now} FROM {r}lease WHERE name = 'cluster'"))
        require_not_held(row[0].value(), std::stoll(row[1].value()));
}

std::uint64_t lock_lease(datasource::Connection& connection, const std::string& prefix) {
    // On SQLite the transaction is immediate and holds the write lock already.
    std::string sql = fmt::format("SELECT epoch FROM {}lease WHERE name = 'cluster'", prefix);
    if (connection.kind() == datasource::Kind::postgresql)
        sql += " FOR UPDATE";
    const datasource::Rows rows = connection.query(sql);
    return rows.empty() ? 0 : std::stoull(rows[0][0].value());
}

void lock_epoch(datasource::Connection& connection, const std::string& prefix,
                std::uint64_t epoch) {
    if (lock_lease(connection, prefix) != epoch)
        throw engine::Error(
            fmt::format("the lease was taken over: epoch {} is not the current one", epoch),
            engine::Kind::busy)
            .remedy("locum upgrade status");
}

} // namespace locum::cluster
