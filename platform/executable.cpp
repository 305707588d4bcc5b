#include "platform/executable.hpp"

#include <algorithm>
#include <array>

namespace locum::platform {

bool may_be_executed(unsigned mode, std::string_view beginning, bool bits_are_kept) {
    constexpr unsigned of_owner = 0100;
    constexpr std::array<std::string_view, 3> programs = {"#!",
                                                          "\x7f"
                                                          "ELF",
                                                          "MZ"};
    return bits_are_kept ? (mode & of_owner) != 0
                         : std::any_of(programs.begin(), programs.end(), [&](std::string_view one) {
                               return beginning.starts_with(one);
                           });
}

} // namespace locum::platform
