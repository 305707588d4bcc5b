#include "platform/windows/console_line.hpp"

#include "platform/windows/wide.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <vector>

namespace locum::platform {

namespace {

constexpr wchar_t ctrl_z = 26;

// Nothing that a list of these grew out of stays in memory.
template <class T>
struct ZeroedWhenFreed : std::allocator<T> {
    ZeroedWhenFreed() = default;
    template <class U>
    ZeroedWhenFreed(const ZeroedWhenFreed<U>&) {}
    void deallocate(T* block, std::size_t count) {
        ::SecureZeroMemory(block, count * sizeof(T));
        std::allocator<T>::deallocate(block, count);
    }
};
// Not a string, which keeps a short text in itself.
using Typed = std::vector<wchar_t, ZeroedWhenFreed<wchar_t>>;

} // namespace

Piece read_piece(const ConsoleCall& read, wchar_t* into, DWORD most) {
    DWORD count = 0;
    ::SetLastError(ERROR_SUCCESS);
    const bool fine = read(into, most, count);
    const DWORD code = ::GetLastError();
    return {fine ? count : 0, fine && count == 0 && code == ERROR_OPERATION_ABORTED};
}

DWORD read_on(const ConsoleCall& read, wchar_t* into, DWORD most) {
    Piece piece = read_piece(read, into, most);
    while (piece.aborted)
        piece = read_piece(read, into, most);
    return piece.count;
}

ConsoleLine console_line(const ReadPiece& read) {
    ConsoleLine line;
    Typed typed;
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
    if (!typed.empty() && typed.front() == ctrl_z)
        line.ended = false;
    else
        line.text = utf8({typed.data(), typed.size()});
    ::SecureZeroMemory(piece.data(), sizeof piece);
    return line;
}

} // namespace locum::platform
