#include "datasource/stream.hpp"

#include "engine/error.hpp"

#include <doctest/doctest.h>

using namespace locum;
using namespace locum::datasource;

namespace {

std::string big_endian(std::uint32_t value, int bytes) {
    std::string text;
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        text += static_cast<char>(value >> shift & 0xFFU);
    return text;
}

std::string field(const std::string& bytes) {
    return big_endian(static_cast<std::uint32_t>(bytes.size()), 4) + bytes;
}

const std::string null_field = "\xff\xff\xff\xff";
const std::string header = std::string("PGCOPY\n\xff\r\n\0", 11) + std::string(8, '\0');
const std::string row = big_endian(3, 2) + field("one") + null_field + field("");

std::vector<std::optional<std::string>> fields(const Batch& batch) {
    std::vector<std::optional<std::string>> all;
    std::size_t at = 0;
    for (const std::int32_t size : batch.sizes) {
        if (size == Batch::null) {
            all.emplace_back(std::nullopt);
            continue;
        }
        all.emplace_back(std::string(batch.bytes.data() + at, static_cast<std::size_t>(size)));
        at += static_cast<std::size_t>(size);
    }
    return all;
}

} // namespace

TEST_CASE("rows of COPY's binary format, with NULL and empty told apart") {
    Batch batch;
    bool begun = false;
    CHECK(append_copy_rows(batch, header + row, begun));
    CHECK(begun);
    CHECK(append_copy_rows(batch, row + row, begun));
    CHECK(!append_copy_rows(batch, big_endian(0xFFFF, 2), begun));
    CHECK(batch.sizes.size() == 9);
    CHECK(fields(batch)[0] == "one");
    CHECK(fields(batch)[1] == std::nullopt);
    CHECK(fields(batch)[2] == "");
    CHECK(fields(batch)[6] == "one");
}

TEST_CASE("a header with an extension is skipped, another beginning is refused") {
    Batch batch;
    bool begun = false;
    CHECK(append_copy_rows(batch,
                           std::string("PGCOPY\n\xff\r\n\0", 11) + std::string(4, '\0') +
                               big_endian(5, 4) + "extra" + row,
                           begun));
    CHECK(batch.sizes.size() == 3);
    begun = false;
    CHECK_THROWS_AS(append_copy_rows(batch, "PGCOPX\n and so on", begun), engine::Error);
}

TEST_CASE("a message that is cut off anywhere is refused, never read beyond its end") {
    const std::string whole = header + row;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        Batch batch;
        bool begun = false;
        const std::string cut =
            whole.substr(0, size); // of its own, so that a sanitizer sees its end
        if (size == header.size())
            CHECK(append_copy_rows(batch, cut, begun)); // no row yet
        else
            CHECK_THROWS_AS(append_copy_rows(batch, cut, begun), engine::Error);
    }
}

TEST_CASE("a queue hands on in order, and what the reader failed with comes last") {
    BatchQueue queue(2);
    std::thread reader([&] {
        for (std::size_t i = 0; i < 50; ++i) {
            Batch batch = queue.spare();
            batch.table = i;
            if (!queue.push(std::move(batch)))
                return;
        }
        queue.finish(std::make_exception_ptr(engine::Error("the server is gone")));
    });
    for (std::size_t i = 0; i < 50; ++i) {
        auto batch = queue.pop();
        REQUIRE(batch);
        CHECK(batch->table == i);
        queue.give_back(std::move(*batch));
    }
    CHECK_THROWS_AS(queue.pop(), engine::Error);
    reader.join();
}

TEST_CASE("fields count as well as their bytes: a batch that NULLs have blown up is not kept") {
    Batch nulls;
    nulls.sizes.assign(100, Batch::null);
    CHECK(nulls.size() == 400);
    BatchQueue queue(500);
    nulls.sizes.assign(1U << 20, Batch::null);
    queue.give_back(std::move(nulls));
    CHECK(queue.spare().sizes.capacity() == 0);
}

TEST_CASE("a writer that gives up frees a reader that waits") {
    BatchQueue queue(1);
    const auto large = [] {
        Batch batch;
        batch.bytes.resize(100);
        return batch;
    };
    CHECK(queue.push(large())); // the first one is taken, however large
    std::thread reader([&] { CHECK(!queue.push(large())); });
    queue.stop();
    reader.join();
}
