#include "tests/support/native_postgres.hpp"

#include "engine/error.hpp"

#include <cstdlib>

namespace locum::testing {
namespace {

class GivenPostgres final : public NativePostgres {
public:
    std::uint16_t port() const override {
        const char* port = std::getenv("LOCUM_TEST_POSTGRES_PORT");
        if (port == nullptr)
            throw engine::Error("no PostgreSQL server for this test")
                .remedy("run it by tests/windows/with_postgresql");
        return static_cast<std::uint16_t>(std::atoi(port));
    }
    datasource::Account superuser() const override {
        return {"postgres", engine::Secret("test-only")};
    }
    std::unique_ptr<datasource::Connection>
    as_superuser(datasource::Settings settings, const std::string& database) const override {
        settings.database = database;
        return datasource::connect(settings, superuser());
    }
    void kill() override { throw not_ours(); }
    void start() override { throw not_ours(); }

private:
    static engine::Error not_ours() {
        return engine::Error("the PostgreSQL server of this test was started by its caller");
    }
};

} // namespace

std::unique_ptr<NativePostgres> NativePostgres::make() {
    return std::make_unique<GivenPostgres>();
}

} // namespace locum::testing
