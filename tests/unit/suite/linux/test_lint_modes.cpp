// What lint says of files' modes, which only systems with modes can show.

#include "tests/support/scratch.hpp"
#include "tests/unit/suite/lint_sample.hpp"

using namespace lint_sample;
using testing::Scratch;

TEST_CASE("lint: files of a payload that everybody may write to") {
    const Scratch scratch;
    write_folder(scratch.path());
    platform::write_file(scratch / "front/open", "x", 0666);
    CHECK(testing::contains(told(suite::lint_paths({scratch / "suite-2.0.toml"}).remarks),
                            scratch / "front/open:0 warning payload-writable"));
}
