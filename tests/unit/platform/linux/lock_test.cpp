#include "platform/lock.hpp"
#include "tests/unit/platform/linux/support.hpp"

#include <csignal>

using namespace locum;
using namespace locum::platform;
using testing::contains;
using testing::Scratch;

namespace {

// A process that holds the lock until it is ended.
class Holder {
public:
    explicit Holder(const std::string& file) {
        int ready[2];
        REQUIRE(::pipe(ready) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            const Lock lock = Lock::take(file, "locum install");
            [[maybe_unused]] const ssize_t told = ::write(ready[1], "x", 1);
            ::pause();
            ::_exit(0);
        }
        ::close(ready[1]);
        char byte = 0;
        CHECK(::read(ready[0], &byte, 1) == 1);
        ::close(ready[0]);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { end(); }
    pid_t pid() const { return pid_; }
    void end() {
        if (pid_ <= 0)
            return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = 0;
    }

private:
    pid_t pid_ = 0;
};

} // namespace

TEST_CASE("another process's lock is respected, named, and goes with it when it is killed") {
    Scratch scratch;
    const std::string file = scratch / "lock";
    Holder holder(file);
    const engine::Error error = testing::error_of([&] { Lock::take(file, "x"); });
    CHECK(contains(error.what(), "process " + std::to_string(holder.pid())));
    holder.end();
    const Lock lock = Lock::take(file, "y");
    CHECK(contains(testing::error_of([&] { Lock::take(file, "x"); }).what(), "y runs already"));
}

TEST_CASE("children do not keep a lock") {
    Scratch scratch;
    DetachedCommand command;
    command.argv = {"sleep", "300"};
    std::optional<Lock> lock = Lock::take(scratch / "lock", "x");
    const testing::Ended sleeper(start_detached(command));
    lock.reset();
    const Lock again = Lock::take(scratch / "lock", "y");
    CHECK(alive(sleeper.process));
}
