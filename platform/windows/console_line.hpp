#pragma once
// A line that a person types at a console. It comes in UTF-16, whatever the console's code page,
// and in pieces that may end in the middle of a character.

#include "platform/windows/system.hpp"

#include <functional>
#include <string>

namespace locum::platform {

// As ReadConsoleW: false where it fails, else how many units it put into `into`.
using ConsoleCall = std::function<bool(wchar_t* into, DWORD most, DWORD& count)>;
struct Piece {
    DWORD count = 0;      // 0: no more come, or:
    bool aborted = false; // by Ctrl-C or CTRL_BREAK, whose handler may run before this or after it
};
Piece read_piece(const ConsoleCall& read, wchar_t* into, DWORD most);
// What is typed after Ctrl-C counts: the handler says what becomes of that, not who reads.
DWORD read_on(const ConsoleCall& read, wchar_t* into, DWORD most);

// How many units it put into `into`; 0: no more come.
using ReadPiece = std::function<DWORD(wchar_t* into, DWORD most)>;

struct ConsoleLine {
    std::string text;   // without its end
    bool ended = false; // by Enter; else input ended, as by Ctrl-Z
};
// Keeps nothing of it in memory beside what is returned.
ConsoleLine console_line(const ReadPiece& read);

} // namespace locum::platform
