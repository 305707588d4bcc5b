#pragma once
// Errors of work that goes on after each of them, as where all of something is to be ended.

#include "engine/error.hpp"

#include <vector>

namespace locum::engine {

class Failures {
public:
    // Runs f; an Error of it is kept.
    template <class F>
    void of(F&& f) {
        try {
            f();
        } catch (const Error& error) {
            add(error);
        }
    }
    void add(const Error& error);
    // Throws what was kept: one as it was; several as one of the first one's kind, which says all.
    void raise() const;

private:
    std::vector<Error> kept_;
};

} // namespace locum::engine
