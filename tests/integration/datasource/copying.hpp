#pragma once
// A productive database that is copied.

#include "datasource/copy.hpp"
#include "tests/integration/datasource/server.hpp"

#include <functional>
#include <utility>

namespace locum::testing {

inline datasource::CopyRequest request_to(const std::string& target) {
    datasource::CopyRequest request;
    request.source = server().settings();
    request.target = target;
    request.step_id = "node-1/copy";
    return request;
}

inline datasource::CopyResult copy_to(const std::string& target) {
    engine::SilentReporter silent;
    return copy(request_to(target), silent);
}

inline void fill(std::int64_t rows) {
    server().reset();
    server().as_locum()->script(
        "CREATE TABLE account (id bigserial PRIMARY KEY, name text NOT NULL, balance bigint NOT "
        "NULL);"
        "CREATE TABLE moved (id bigserial PRIMARY KEY, source bigint NOT NULL REFERENCES account,"
        " target bigint NOT NULL REFERENCES account, amount bigint NOT NULL);");
    server().as_locum()->execute(
        "INSERT INTO account (name, balance) SELECT repeat('x', 100) || i, "
        "1000 FROM generate_series(1, $1::bigint) i",
        {rows});
}

// Calls back while the copy is under way.
class During final : public engine::Reporter {
public:
    explicit During(std::function<void()> action) : action_(std::move(action)) {}
    void step(std::string_view, std::string_view, engine::Progress, std::string_view) override {}
    void work(std::string_view, std::uint64_t, std::uint64_t, std::string_view) override {
        if (action_)
            std::exchange(action_, nullptr)();
    }
    void note(std::string_view) override {}

private:
    std::function<void()> action_;
};

} // namespace locum::testing
