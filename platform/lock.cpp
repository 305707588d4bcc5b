#include "platform/lock.hpp"

#include "engine/error.hpp"
#include "platform/native.hpp"
#include "platform/open_file.hpp"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sstream>
#include <thread>

namespace locum::platform {

namespace {

struct Holder {
    std::int64_t pid = 0;
    std::string since;
    std::string purpose;
};

std::string text_of(const std::string& file) {
    try {
        return OpenFile::open("read", file, OpenFile::Use::read).read_all(1U << 16);
    } catch (const engine::Error&) {
        return ""; // its holder is not told then
    }
}

Holder holder_of(const std::string& file) {
    std::istringstream lines(text_of(file));
    Holder holder;
    std::string pid;
    std::getline(lines, pid);
    std::getline(lines, holder.since);
    std::getline(lines, holder.purpose);
    holder.pid = std::strtoll(pid.c_str(), nullptr, 10);
    return holder;
}

engine::Error busy(const std::string& file) {
    // A holder that took the lock just now may not have written its name yet.
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    Holder holder = holder_of(file);
    while (!process_exists(holder.pid) && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        holder = holder_of(file);
    }
    if (!process_exists(holder.pid))
        return engine::Error(
                   fmt::format("{} is locked by a process that did not leave its name", file),
                   engine::Kind::busy)
            .remedy("find it with: " + how_to_see_users_of(file));
    return engine::Error(fmt::format("{} runs already: process {} since {} ({} is locked)",
                                     holder.purpose, holder.pid, holder.since, file),
                         engine::Kind::busy)
        .remedy("wait until it has ended, or look at it with: " + how_to_see_process(holder.pid));
}

} // namespace

struct Lock::State {
    OpenFile file;
    explicit State(OpenFile locked) : file(std::move(locked)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        try {
            file.cut(0);
        } catch (const engine::Error&) {
            // Who reads the name later sees that its process is gone.
        }
    }
};

Lock::Lock(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lock::Lock(Lock&&) noexcept = default;
Lock& Lock::operator=(Lock&&) noexcept = default;
Lock::~Lock() = default;

Lock Lock::take(const std::string& file, const std::string& purpose) {
    OpenFile opened = OpenFile::open("lock", file, OpenFile::Use::update);
    if (!opened.lock())
        throw busy(file);
    const std::string content = fmt::format("{}\n{:%Y-%m-%d %H:%M:%S} UTC\n{}\n", own_pid(),
                                            fmt::gmtime(std::time(nullptr)), purpose);
    opened.cut(0);
    opened.write(content);
    return Lock(std::make_unique<State>(std::move(opened)));
}

} // namespace locum::platform
