// What a console gives for a line, by recorded pieces.
#include "platform/windows/console_line.hpp"

#include <algorithm>
#include <doctest/doctest.h>
#include <vector>

using namespace locum::platform;

namespace {

// Each piece as one call gives it; then no more.
struct Pieces {
    std::vector<std::wstring> left;
    ReadPiece read() {
        return [this](wchar_t* into, DWORD most) -> DWORD {
            if (left.empty())
                return 0;
            const std::wstring piece = left.front();
            left.erase(left.begin());
            REQUIRE(piece.size() <= most);
            std::copy(piece.begin(), piece.end(), into);
            return static_cast<DWORD>(piece.size());
        };
    }
};

ConsoleLine typed(std::vector<std::wstring> pieces) {
    Pieces console{std::move(pieces)};
    return console_line(console.read());
}

} // namespace

TEST_CASE("console: a line is UTF-8, without its end, wherever its pieces end") {
    CHECK(typed({L"D:\\B\xfcro\r\n"}).text == "D:\\B\xc3\xbcro");
    CHECK(typed({L"\xd83d", L"\xde00\r", L"\n"}).text == "\xf0\x9f\x98\x80");
    CHECK(typed({L"\r\n"}).text.empty());
    CHECK(typed({L"\r\n"}).ended);
    const std::wstring block(512, L'\x20ac');
    const ConsoleLine longer = typed({block, block, L"\r\n"});
    CHECK(longer.ended);
    CHECK(longer.text.size() == 2 * 512 * 3);
}

TEST_CASE("console: a line that no Enter ends, and one that Ctrl-Z begins") {
    const ConsoleLine cut = typed({L"a"});
    CHECK(cut.text == "a");
    CHECK(!cut.ended);
    const ConsoleLine none = typed({L"\x1a\r\n"});
    CHECK(none.text.empty());
    CHECK(!none.ended);
    CHECK(typed({L"a\x1a\r\n"}).ended);
}

TEST_CASE("console: one line is taken, not what comes after it") {
    Pieces console{{L"a\r\n", L"b\r\n"}};
    CHECK(console_line(console.read()).text == "a");
    CHECK(console_line(console.read()).text == "b");
    CHECK(!console_line(console.read()).ended);
}
