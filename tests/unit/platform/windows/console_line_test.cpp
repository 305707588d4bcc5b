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

// Of a line that stands nowhere in one piece, so that what is found of it was left by who read it.
wchar_t unit_at(std::size_t place) {
    return static_cast<wchar_t>(0x4e00 + place * 7919 % 20000);
}

// Sixteen units of that line, from the place on, are in memory that this process writes to.
bool memory_has(std::size_t place) {
    MEMORY_BASIC_INFORMATION region{};
    for (const char* at = nullptr; ::VirtualQuery(at, &region, sizeof region) != 0;
         at = static_cast<const char*>(region.BaseAddress) + region.RegionSize) {
        if (region.State != MEM_COMMIT || region.Type != MEM_PRIVATE ||
            region.Protect != PAGE_READWRITE)
            continue;
        const auto* const first = static_cast<const wchar_t*>(region.BaseAddress);
        const auto* const last = first + region.RegionSize / sizeof(wchar_t);
        for (const auto* unit = first; unit + 16 <= last; ++unit) {
            std::size_t same = 0;
            while (same < 16 && unit[same] == unit_at(place + same))
                ++same;
            if (same == 16)
                return true;
        }
    }
    return false;
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

TEST_CASE("console: nothing stays in memory as it was typed, however long it was") {
    std::size_t place = 0;
    const ConsoleLine line = console_line([&](wchar_t* into, DWORD most) -> DWORD {
        const DWORD count = place == 0 ? most : 300;
        for (DWORD at = 0; at < count; ++at)
            into[at] = unit_at(place++);
        if (place > 1500)
            into[count - 1] = L'\n';
        return count;
    });
    CHECK(line.ended);
    CHECK(line.text.size() == (place - 1) * 3);
    // Not its first ones: the heap writes to what is freed.
    for (const std::size_t from : {20U, 100U, 600U, 1000U})
        CHECK_MESSAGE(!memory_has(from), from);
    std::vector<wchar_t> left(24);
    for (std::size_t at = 0; at < left.size(); ++at)
        left[at] = unit_at(20 + at);
    CHECK(memory_has(20)); // else nothing would ever be found
}

TEST_CASE("console: what Ctrl-C ends is no end of input, since its handler may run later") {
    std::vector<DWORD> codes = {ERROR_OPERATION_ABORTED, ERROR_OPERATION_ABORTED, ERROR_SUCCESS};
    std::size_t asked = 0;
    const ConsoleCall console = [&](wchar_t* into, DWORD, DWORD& count) {
        ::SetLastError(codes.at(asked));
        count = codes.at(asked++) == ERROR_SUCCESS ? 3 : 0;
        std::copy_n(L"y\r\n", count, into);
        return true;
    };
    const ConsoleLine line =
        console_line([&](wchar_t* into, DWORD most) { return read_on(console, into, most); });
    CHECK(line.ended);
    CHECK(line.text == "y");
    asked = 0;
    wchar_t units[4] = {};
    CHECK(read_piece(console, units, 4).aborted);
    codes = {ERROR_SUCCESS};
    asked = 0;
    CHECK(!read_piece(console, units, 4).aborted);
    // Ctrl-Z, and a console that is gone: whatever code was left before.
    ::SetLastError(ERROR_OPERATION_ABORTED);
    const ConsoleCall none = [](wchar_t*, DWORD, DWORD& count) { return count = 0, true; };
    CHECK(read_on(none, units, 4) == 0);
    const ConsoleCall gone = [](wchar_t*, DWORD, DWORD& count) {
        ::SetLastError(ERROR_OPERATION_ABORTED);
        count = 3;
        return false;
    };
    CHECK(read_on(gone, units, 4) == 0);
}
