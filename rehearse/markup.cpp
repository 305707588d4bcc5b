#include "rehearse/markup.hpp"

#include "platform/outcome.hpp"

namespace locum::rehearse {

std::string escaped(std::string_view text) {
    std::string made;
    for (const char c : platform::readable(std::string(text))) {
        switch (c) {
        case '&':
            made += "&amp;";
            break;
        case '<':
            made += "&lt;";
            break;
        case '>':
            made += "&gt;";
            break;
        case '"':
            made += "&quot;";
            break;
        case '\'':
            made += "&#39;";
            break;
        default:
            made += c;
        }
    }
    return made;
}

} // namespace locum::rehearse
