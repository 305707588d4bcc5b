#include "cluster/exchange.hpp"
#include "cluster/wire.hpp"
#include "cluster/worker_pool.hpp"

#include <atomic>

#include <doctest/doctest.h>

using namespace locum::cluster;
using locum::engine::Error;
using locum::engine::Kind;

TEST_CASE("every kind of error survives the wire") {
    for (int at = 0; at <= static_cast<int>(Kind::drift); ++at) {
        const auto kind = static_cast<Kind>(at);
        const Error back = wire::error_from_json(wire::error_to_json(Error("what", kind)));
        CHECK(back.kind() == kind);
        CHECK(std::string(back.what()) == "what");
        CHECK(back.remedy().empty());
    }
}

TEST_CASE("bytes that are no UTF-8 are carried as replacements, and lines stay lines") {
    const std::string line = wire::error_line(Error("a\xff\nb\r").remedy("\xc3"));
    CHECK(line.find('\n') == line.size() - 1);
    const wire::Line back = wire::parse_line(line.substr(0, line.size() - 1));
    CHECK(std::string(wire::error_from_json(back.json).what()) == "a\xef\xbf\xbd\nb\r");
}

TEST_CASE("an error of a later version is still one") {
    const Error error =
        wire::error_from_json(R"({"what":"w","kind":"new-kind","context":[1,"c"],"more":{}})");
    CHECK(error.kind() == Kind::failed);
    CHECK(error.context() == std::vector<std::string>{"c"});
    for (const char* bad : {"", "1", "[]", "{}", R"({"what":1})"})
        CHECK_THROWS_AS(wire::error_from_json(bad), Error);
}

TEST_CASE("lines are told apart, and nothing else is a line") {
    CHECK(wire::parse_line(R"({"alive":true})").type == wire::Line::Type::alive);
    CHECK(wire::parse_line(R"({"progress":{"a":1}})").json == R"({"a":1})");
    CHECK(wire::parse_line(R"({"result":null})").json == "null");
    for (const char* bad :
         {"", "{}", "1", R"({"result":1,"error":2})", R"({"x":1})", "{\"result\":"})
        CHECK_THROWS_AS(wire::parse_line(bad), Error);
}

TEST_CASE("lines come whole however the bytes are cut") {
    wire::Lines lines;
    const std::string text = "one\n\ntwo\nthr";
    std::vector<std::string> found;
    for (const char c : text) {
        lines.add(std::string(1, c));
        while (auto line = lines.next())
            found.push_back(*line);
    }
    CHECK(found == std::vector<std::string>{"one", "", "two"});
    const std::string block(1U << 20, 'x');
    const auto grow = [&] {
        for (int i = 0; i < 20; ++i)
            lines.add(block);
    };
    CHECK_THROWS_AS(grow(), Error);
}

TEST_CASE("brackets in strings do not nest") {
    CHECK_NOTHROW(wire::one_line("\"" + std::string(1000, '[') + "\\\"[\"", "text"));
    CHECK_THROWS_AS(wire::one_line(std::string(1000, '['), "text"), Error);
}

TEST_CASE("progress that nobody reads is dropped, the last line never") {
    int notified = 0;
    Exchange exchange([&] { ++notified; });
    const std::string line(1U << 20, 'x');
    for (int i = 0; i < 10; ++i)
        exchange.progress(line);
    exchange.finish("last\n");
    const auto [text, last] = exchange.take();
    CHECK(last);
    CHECK(text.size() <= (4U << 20) + 5);
    CHECK(text.ends_with("last\n"));
    CHECK(notified >= 4);
}

TEST_CASE("a pool runs as much as it may, and keeps what is spare for others") {
    WorkerPool pool(3);
    std::atomic<bool> open{false};
    const auto wait = [&] { open.wait(false); };
    CHECK(pool.run(wait, 1));
    CHECK(pool.run(wait, 1));
    CHECK_FALSE(pool.run(wait, 1));
    CHECK(pool.run(wait, 0));
    CHECK_FALSE(pool.run(wait, 0));
    open = true;
    open.notify_all();
    pool.stop();
    CHECK_FALSE(pool.run(wait, 0));
}
