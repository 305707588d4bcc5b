#include "engine/error.hpp"

#include <system_error>

namespace locum::engine {

int exit_code(Kind kind) {
    return static_cast<int>(kind) + 1; // the enumerators are in the order of the codes, from 1
}

std::string_view name(Kind kind) {
    switch (kind) {
    case Kind::failed:
        return "failed";
    case Kind::usage:
        return "usage";
    case Kind::needs_attention:
        return "needs-attention";
    case Kind::refused:
        return "refused";
    case Kind::no_privilege:
        return "no-privilege";
    case Kind::cancelled:
        return "cancelled";
    case Kind::busy:
        return "busy";
    case Kind::unfinished:
        return "unfinished";
    case Kind::downtime_needed:
        return "downtime-needed";
    case Kind::restart_needed:
        return "restart-needed";
    case Kind::paused:
        return "paused";
    case Kind::conflicts_open:
        return "conflicts-open";
    case Kind::version_between:
        return "version-between";
    case Kind::not_trusted:
        return "not-trusted";
    case Kind::drift:
        return "drift";
    }
    return "unknown";
}

Error::Error(std::string what, Kind kind) : what_(std::move(what)), kind_(kind) {}

Error&& Error::remedy(std::string text) && {
    remedy_ = std::move(text);
    return std::move(*this);
}

Error& Error::during(std::string context) & {
    context_.push_back(std::move(context));
    return *this;
}

Error&& Error::during(std::string context) && {
    context_.push_back(std::move(context));
    return std::move(*this);
}

std::string Error::one_line() const {
    std::string line = what_;
    if (!context_.empty()) {
        line += " (while ";
        for (std::size_t i = 0; i < context_.size(); ++i)
            line += (i == 0 ? "" : ", while ") + context_[i];
        line += ")";
    }
    return line;
}

std::string errno_text(int number) {
    return std::error_code(number, std::generic_category()).message();
}

} // namespace locum::engine
