#include "installer/while_busy.hpp"

#include "tests/support/scratch.hpp"

#include <doctest/doctest.h>

using namespace locum;
using engine::Error;
using engine::Kind;
using installer::while_busy;

TEST_CASE("while busy: again until it is free, with what the work returns") {
    int tries = 0, told = 0;
    CHECK(while_busy(
              {std::chrono::minutes(1)},
              [&] {
                  if (++tries < 3)
                      throw Error("taken", Kind::busy);
                  return 7;
              },
              [&](const Error& error) {
                  ++told;
                  CHECK(installer::waits(error) == "waits, since taken");
              }) == 7);
    CHECK(tries == 3);
    CHECK(told == 1);
}

TEST_CASE("while busy: the last error where it stays so, any other at once") {
    int tries = 0;
    const auto fails = [&](Kind kind) {
        tries = 0;
        try {
            while_busy({std::chrono::milliseconds(1)}, [&] {
                ++tries;
                throw Error("not now", kind);
            });
        } catch (const Error& error) {
            return error.kind();
        }
        return Kind::failed;
    };
    CHECK(fails(Kind::busy) == Kind::busy);
    CHECK(fails(Kind::refused) == Kind::refused);
    CHECK(tries == 1);
}
