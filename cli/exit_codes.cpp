#include "cli/exit_codes.hpp"
#include "engine/error.hpp"

namespace locum::cli {

namespace {

using engine::Kind;

// Without a default: the compiler tells of a kind that has no meaning yet.
std::string_view meaning(Kind kind) {
    switch (kind) {
    case Kind::failed:
        return "failed; everything was undone";
    case Kind::usage:
        return "usage: the command line, the answers, or a file that you named";
    case Kind::needs_attention:
        return "failed and undone in part only: needs attention; the error says by step what was "
               "and was not undone";
    case Kind::refused:
        return "refused by preflight; nothing was changed (also findings of `--plan`)";
    case Kind::no_privilege:
        return "no privilege";
    case Kind::cancelled:
        return "cancelled";
    case Kind::busy:
        return "another operation holds the lease or is open";
    case Kind::unfinished:
        return "an unfinished operation was found, with other inputs";
    case Kind::downtime_needed:
        return "verdict: downtime needed";
    case Kind::restart_needed:
        return "done, but files in use wait for a restart of the host (3010 on Windows)";
    case Kind::paused:
        return "paused, can be resumed";
    case Kind::conflicts_open:
        return "done, conflicts open (not used yet)";
    case Kind::version_between:
        return "verdict: go through another version first";
    case Kind::not_trusted:
        return "not trusted: bundle, token or certificate";
    case Kind::drift:
        return "drift found: this host is not what was installed";
    }
    return "";
}

} // namespace

std::vector<ExitCode> exit_codes() {
    std::vector<ExitCode> all = {{0, "done and verified"}};
    for (int kind = static_cast<int>(Kind::failed); kind <= static_cast<int>(Kind::drift); ++kind)
        all.push_back(
            {engine::exit_code(static_cast<Kind>(kind)), meaning(static_cast<Kind>(kind))});
    return all;
}

} // namespace locum::cli
