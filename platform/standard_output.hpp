#pragma once
// What became of what was printed.

#include <string>

namespace locum::platform {

enum class Printed {
    whole,
    reader_gone, // a pipe's other end was closed, as head does once it has what it wants
    lost,        // all or part of it
};

// Of all that was printed on standard output until now. why: the system's reason of a loss that
// happened just now; of an earlier one it is not known any more, and "".
Printed printed(std::string& why);

} // namespace locum::platform
