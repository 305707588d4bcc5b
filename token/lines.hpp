#pragma once
// What the files of this folder have in common: lines "key = value" and comments, the last of them
// a checksum of the others. It tells a file that was cut or damaged; it keeps nobody from forging
// one.

#include <map>
#include <string>
#include <string_view>

namespace locum::token {

class Lines {
public:
    // name: of such a file in an error, "the network token". again: what to type where it is
    // damaged. Throws Error(not_trusted) where it was cut or altered, or has a line of another
    // form.
    Lines(std::string name, std::string again, std::string_view text);

    // Each key once; throws where it is missing.
    std::string take(std::string_view key);
    // Throws where a key is left.
    void done() const;
    // "NAME WHAT", not_trusted.
    [[noreturn]] void refuse(const std::string& what) const;

private:
    std::string name_;
    std::string again_;
    std::map<std::string, std::string, std::less<>> values_;

    std::string_view checked(std::string_view text) const;
};

// The same lines with their checksum.
std::string with_checksum(std::string lines);
// Of those digits, in lower case.
bool is_hex(std::string_view text, std::size_t digits);
// Can be a value: not empty, no blank at either end, no control character.
bool fits_a_line(std::string_view value);
// The line of the text that begins with the family ("format = locum-network-token-"); "" where
// there is none.
std::string_view format_line_of(std::string_view text, std::string_view family);

} // namespace locum::token
