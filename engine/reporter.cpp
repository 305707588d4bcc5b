#include "engine/reporter.hpp"

namespace locum::engine {

std::string_view name(Progress progress) {
    switch (progress) {
    case Progress::started:
        return "started";
    case Progress::done:
        return "done";
    case Progress::already:
        return "already";
    case Progress::failed:
        return "failed";
    case Progress::undoing:
        return "undoing";
    case Progress::undone:
        return "undone";
    }
    return "unknown";
}

} // namespace locum::engine
