#pragma once
// What the tests of this folder share: a PostgreSQL server, and what an action was refused with.

#include "engine/error.hpp"
#include "tests/support/postgres.hpp"
#include "tests/unit/datasource/scratch.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace locum::testing {

// One for all cases; they reset() it.
inline Postgres& server() {
    static Postgres one;
    return one;
}

// What it throws, in a line; "(none)" where it throws nothing.
inline std::string refusal(const std::function<void()>& action) {
    try {
        action();
    } catch (const engine::Error& error) {
        return error.one_line();
    }
    return "(none)";
}

// The same with its remedy.
inline std::string failure(const std::function<void()>& action) {
    try {
        action();
    } catch (const engine::Error& error) {
        return error.one_line() + " | " + error.remedy();
    }
    return "(none)";
}

inline bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace locum::testing
