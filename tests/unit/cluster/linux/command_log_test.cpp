// Commands that wait for each other, as the system tells of their threads; a disk that is full.

#include "tests/unit/cluster/command_log.hpp"

#include <atomic>
#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace locum;
using namespace locum::testing;
using namespace std::chrono_literals;

namespace {

// A command that runs until it is let go.
class Running {
public:
    Running(Log& log, const std::string& command, std::uint64_t epoch, std::string result) :
        thread_([this, &log, command, epoch, result] {
            log.log->once(command, "o", epoch, [&] {
                running_ = true;
                while (!may_end_)
                    std::this_thread::yield();
                return result;
            });
        }) {
        REQUIRE(within(20s, [&] { return running_.load(); }));
    }
    ~Running() { end(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    void end() {
        may_end_ = true;
        if (thread_.joinable())
            thread_.join();
    }

private:
    std::atomic<bool> running_ = false;
    std::atomic<bool> may_end_ = false;
    std::thread thread_;
};

// A command in a thread of its own: whether it has been answered, and how.
class Asked {
public:
    Asked(Log& log, const std::string& command, std::uint64_t epoch) :
        thread_([this, &log, command, epoch] {
            thread_id_ = ::gettid();
            try {
                answer_ = log.log->once(command, "o", epoch, [] { return std::string("its own"); });
            } catch (const engine::Error& error) {
                answer_ = name(error.kind());
            }
            answered_ = true;
        }) {}
    ~Asked() { thread_.join(); }
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;

    // It came as far as waiting for another one: after thread_id_ nothing else makes it sleep.
    bool waits() {
        REQUIRE(within(20s, [&] { return answered_ || sleeps(); }));
        return !answered_;
    }
    std::string answer() {
        REQUIRE(within(20s, [&] { return answered_.load(); }));
        return answer_;
    }

private:
    bool sleeps() const {
        const std::string stat = "/proc/self/task/" + std::to_string(thread_id_.load()) + "/stat";
        return thread_id_ != 0 && platform::exists(stat) &&
               contains(platform::read_file(stat), ") S ");
    }

    std::atomic<pid_t> thread_id_ = 0;
    std::atomic<bool> answered_ = false;
    std::string answer_;
    std::thread thread_;
};

} // namespace

TEST_CASE("command log: a repeated command waits for the one that runs, and gets its answer") {
    Log log;
    Running first(log, "a@3", 3, "from the first");
    Asked repeated(log, "a@3", 3);
    CHECK(repeated.waits());
    first.end();
    CHECK(repeated.answer() == "from the first");
}

TEST_CASE("command log: under a lease one thing is done after the other, as the predecessor's may "
          "be the opposite") {
    Log log;
    std::string command;
    std::uint64_t epoch = 0;
    SUBCASE("another thing under the same lease") {
        command = "b@3";
        epoch = 3;
    }
    SUBCASE("the same thing under the next lease") {
        command = "a@4";
        epoch = 4;
    }
    Running first(log, "a@3", 3, "");
    Asked next(log, command, epoch);
    CHECK(next.waits());
    first.end();
    CHECK(next.answer() == "its own");
}

TEST_CASE("command log: what a node does to itself waits only for the same thing") {
    Log log;
    Running first(log, "install/start", cluster::no_lease, "first");
    Asked other(log, "install/stop", cluster::no_lease),
        same(log, "install/start", cluster::no_lease);
    CHECK(other.answer() == "its own");
    CHECK(same.waits());
    first.end();
    CHECK(same.answer() == "first");
}

TEST_CASE("command log: a command that waited is refused where a newer epoch came meanwhile") {
    Log log;
    Running first(log, "a@3", 3, "");
    Asked waiting(log, "b@3", 3);
    CHECK(waiting.waits());
    Asked newer(log, "c@4", 4);
    CHECK(newer.waits());
    Asked late(log, "d@3", 3); // epoch 4 was seen, though nothing ran under it yet
    CHECK(late.answer() == "busy");
    first.end();
    CHECK(waiting.answer() == "busy");
    CHECK(newer.answer() == "its own");
}

TEST_CASE("command log: a disk that is full is an error, and never a command that waits for ever") {
    Log log;
    log.once("a@3", 3);
    const pid_t child = ::fork();
    if (child == 0) {
        ::alarm(10);
        std::signal(SIGXFSZ, SIG_IGN);
        bool good = false;
        try {
            log.log->once("b@3", "o", 3, [] {
                const rlimit full{1, 1}; // nothing can be appended any more
                ::setrlimit(RLIMIT_FSIZE, &full);
                return std::string("done, but not on disk");
            });
        } catch (const engine::Error& error) {
            good = contains(error.what(), "File too large");
        } catch (...) {
        }
        try {
            log.log->once("b@3", "o", 3, [] { return std::string(); });
            good = false;
        } catch (const engine::Error&) {
        }
        ::_exit(good ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}
