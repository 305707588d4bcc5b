// The memory of a process that copies is bounded in the number of rows.

#include "datasource/copy.hpp"
#include "tests/integration/datasource/server.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace locum;
using namespace locum::datasource;
using testing::server;

namespace {

// The greatest resident memory, in MiB, of a child that copies what the SQL has made; in a child,
// whose memory nothing else has used before.
long peak_of_copy(const std::string& sql) {
    server().reset();
    server().as_locum()->script(sql);
    const Scratch scratch;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        int code = 1;
        try {
            CopyRequest request;
            request.source = server().settings();
            request.target = scratch.path("copy.db");
            engine::SilentReporter silent;
            copy(request, silent);
            rusage usage{};
            ::getrusage(RUSAGE_SELF, &usage);
            platform::write_file(scratch.path("peak"), std::to_string(usage.ru_maxrss), 0600);
            code = 0;
        } catch (const engine::Error& error) {
            std::fprintf(stderr, "%s\n", error.one_line().c_str());
        }
        ::_exit(code);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    const long mib = std::stol(platform::read_file(scratch.path("peak"))) / 1024;
    MESSAGE("peak of " << mib << " MiB");
    return mib;
}

#ifdef __SANITIZE_ADDRESS__
constexpr long factor = 24; // shadow memory, and freed memory that is kept aside
#else
constexpr long factor = 1;
#endif

} // namespace

TEST_CASE("many rows: below 64 MB") {
    CHECK(peak_of_copy(
              "CREATE TABLE big (id bigint PRIMARY KEY, a text, b text, c uuid, d timestamptz, "
              "e bytea); CREATE INDEX by_c ON big (c); CREATE INDEX by_a ON big (a);"
              "INSERT INTO big SELECT i, repeat(md5(i::text), 4), i::text, md5(i::text)::uuid, "
              "now(), '\\x0011223344' FROM generate_series(1, 400000) i") < 64 * factor);
}

TEST_CASE("many fields without a byte of their own: below 64 MB") {
    std::string columns;
    for (int i = 0; i < 100; ++i)
        columns += ", c" + std::to_string(i) + " text";
    CHECK(peak_of_copy("CREATE TABLE sparse (id int PRIMARY KEY" + columns +
                       "); INSERT INTO sparse (id) SELECT generate_series(1, 300000)") <
          64 * factor);
}

TEST_CASE("large values: a small multiple of the largest more, whatever their number") {
    // 20 values of 16 MiB.
    CHECK(peak_of_copy(
              "CREATE TABLE large (id int PRIMARY KEY, a bytea, b text);"
              "INSERT INTO large SELECT i, decode(repeat('00ff5c27', 1 << 21), 'hex'), repeat("
              "'text' || i, 1 << 19) FROM generate_series(1, 10) i") < (64 + 8 * 16) * factor);
}
