#pragma once
// What Windows shows of a program (a PE file): resources in its file. By Microsoft's "PE Format",
// "VERSIONINFO" and "ICONDIR".

#include <cstdint>
#include <string>

namespace locum::suite {

// Of a setup, in place of Locum's own; UTF-8.
struct ShownOfProgram {
    std::string title;     // "PowerDNS"
    std::string version;   // as text; its numbers are found in it
    std::string publisher; // whoever made the suite
    std::string file;      // the program's name, without folder
    std::string icon;      // content of an .ico file; empty: the program's own stays
};

// The program with these resources in one more section, which is at its end. What else it has of
// them (its manifest) stays. One without resources stays as it is. Throws Error(not_trusted) where
// it is damaged, Error(usage) where the icon is none, a text is too long or the program's headers
// have no room.
std::string with_resources(const std::string& program, const ShownOfProgram& shown);

// Where in what with_resources() made of it the program's own headers are kept, as they were: they
// make its beginning whole again. head: what it begins with, at least 64 KiB of it or all.
// original: bytes that it had. Throws Error(not_trusted).
struct KeptHeaders {
    std::uint64_t at = 0;
    std::uint64_t size = 0;
};
KeptHeaders kept_headers(const std::string& head, std::uint64_t original);

} // namespace locum::suite
