#include "platform/windows/console_line.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace locum::platform {

namespace {

constexpr wchar_t ctrl_z = 26;

} // namespace

ConsoleLine console_line(const ReadPiece& read) {
    ConsoleLine line;
    std::wstring typed;
    std::array<wchar_t, 512> piece{};
    while (!line.ended) {
        const DWORD count = read(piece.data(), static_cast<DWORD>(piece.size()));
        if (count == 0)
            break;
        const auto end = piece.begin() + count;
        const auto enter = std::find(piece.begin(), end, L'\n');
        line.ended = enter != end;
        std::copy_if(piece.begin(), enter, std::back_inserter(typed),
                     [](wchar_t unit) { return unit != L'\r'; });
    }
    if (typed.starts_with(ctrl_z))
        line.ended = false;
    else
        line.text = utf8(typed);
    ::SecureZeroMemory(piece.data(), sizeof piece);
    ::SecureZeroMemory(typed.data(), typed.size() * sizeof(wchar_t));
    return line;
}

} // namespace locum::platform
