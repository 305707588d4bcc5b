// usage: failpoint-passer NAME…   passes each in turn and prints what became of it.

#include "engine/error.hpp"
#include "engine/failpoint.hpp"

#include <chrono>
#include <cstdio>

int main(int argc, char** argv) {
    using Clock = std::chrono::steady_clock;
    for (int i = 1; i < argc; ++i) {
        const Clock::time_point begun = Clock::now();
        std::string became;
        try {
            became = locum::engine::failpoint(argv[i]) ? "skip" : "passed";
        } catch (const locum::engine::Error& error) {
            became = std::string(name(error.kind())) + ": " + error.one_line();
        }
        if (Clock::now() - begun >= std::chrono::milliseconds(100))
            became += " late";
        std::printf("%s %s\n", argv[i], became.c_str());
        std::fflush(stdout);
    }
}
