#pragma once
// The one error type. Thrown anywhere, printed in main only (cli/main.cpp).

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace locum::engine {

// What an error means to the caller of the program; one exit code each (exit_code()).
enum class Kind {
    failed,          // 1  failed, everything undone
    usage,           // 2  the command line, the answers or a file given by the operator is wrong
    needs_attention, // 3  failed and undone in part only
    refused,         // 4  preflight refused; nothing was changed
    no_privilege,    // 5
    cancelled,       // 6
    busy,            // 7  another operation holds the lease or is open
    unfinished,      // 8  an unfinished operation was found
    downtime_needed, // 9  verdict
    restart_needed,  // 10 done, the host must restart
    paused,          // 11 can be resumed
    conflicts_open,  // 12 done, conflicts open
    version_between, // 13 verdict: go through another version first
    not_trusted,     // 14 bundle, token or certificate
    drift,           // 15
};

int exit_code(Kind kind);
std::string_view name(Kind kind);

// what: what was found and what was expected. during: the context, outermost last.
// remedy: what to type or to do now; never empty where an operator can act.
class Error : public std::exception {
public:
    explicit Error(std::string what, Kind kind = Kind::failed);

    Error&& remedy(std::string text) &&;
    Error& during(std::string context) &;
    Error&& during(std::string context) &&;

    const char* what() const noexcept override { return what_.c_str(); }
    Kind kind() const { return kind_; }
    const std::string& remedy() const { return remedy_; }
    const std::vector<std::string>& context() const { return context_; }
    // "what (while a, while b)" on one line, without the remedy.
    std::string one_line() const;

private:
    std::string what_;
    Kind kind_;
    std::string remedy_;
    std::vector<std::string> context_;
};

// "No such file or directory" for ENOENT; thread-safe.
std::string errno_text(int number);

// Runs f; an Error that passes through learns the context.
template <class F>
decltype(auto) during(std::string_view context, F&& f) {
    try {
        return f();
    } catch (Error& error) {
        error.during(std::string(context));
        throw;
    }
}

} // namespace locum::engine
