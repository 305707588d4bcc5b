#include "examples/endpoint-manager/server/request_reader.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace endpoint;

namespace {

const std::string put = "PUT /webapp/profiles/1?device=D%201&x HTTP/1.1\r\nHost: a\r\n"
                        "Authorization: Bearer t\r\nContent-Length: 3\r\n\r\nabc";

} // namespace

TEST_CASE("a request comes through however its bytes are cut") {
    for (std::size_t cut = 1; cut < put.size(); ++cut) {
        CAPTURE(cut);
        RequestReader reader;
        CHECK_FALSE(reader.partial());
        reader.put(put.substr(0, cut));
        CHECK_FALSE(reader.next());
        CHECK(reader.partial());
        reader.put(put.substr(cut));
        const auto request = reader.next();
        REQUIRE(request);
        CHECK(request->method == "PUT");
        CHECK(request->path == "/webapp/profiles/1");
        CHECK(request->query.at("device") == "D 1");
        CHECK(request->query.at("x") == "");
        CHECK(request->authorization == "Bearer t");
        CHECK(request->body == "abc");
        CHECK(request->keep_alive);
        CHECK_FALSE(reader.partial());
    }
}

TEST_CASE("requests that come together are read one after another") {
    RequestReader reader;
    reader.put(put + "GET /probe HTTP/1.0\r\n\r\n" + put.substr(0, 10));
    CHECK(reader.next()->method == "PUT");
    const auto probe = reader.next();
    CHECK(probe->path == "/probe");
    CHECK_FALSE(probe->keep_alive);
    CHECK_FALSE(reader.next());
    CHECK(reader.partial());
}

TEST_CASE("what is no request, or too large, is refused") {
    const auto read = [](const std::string& bytes) {
        RequestReader reader;
        reader.put(bytes);
        reader.next();
    };
    CHECK_THROWS_AS(read("nonsense\r\n\r\n"), std::runtime_error);
    CHECK_THROWS_AS(read("GET / HTTP/1.1\r\nA: " + std::string(9000, 'a')), std::runtime_error);
    CHECK_THROWS_AS(read("PUT / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n"), std::runtime_error);
    CHECK_THROWS_AS(read("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11000\r\n" +
                         std::string(0x11000, 'a')),
                    std::runtime_error);
}
