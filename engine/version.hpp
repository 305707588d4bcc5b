#pragma once
// Versions of a suite: up to four numbers separated by dots ("2.0", "4.7.3"); compared by number.

#include <array>
#include <compare>
#include <string>
#include <string_view>

namespace locum::engine {

class Version {
public:
    // Throws Error(usage) naming the text.
    static Version parse(std::string_view text);

    const std::string& text() const { return text_; }
    std::strong_ordering operator<=>(const Version& other) const { return parts_ <=> other.parts_; }
    bool operator==(const Version& other) const { return parts_ == other.parts_; }

private:
    std::array<unsigned, 4> parts_{};
    std::string text_;
};

} // namespace locum::engine
