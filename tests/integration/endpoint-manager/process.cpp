#include "tests/integration/endpoint-manager/process.hpp"

#include "platform/files.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <thread>
#include <utility>

namespace endpoint::testing {

Process::Process(std::vector<std::string> argv, std::string log) : log_(std::move(log)) {
    std::vector<char*> arguments;
    for (std::string& argument : argv)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0)
        throw std::runtime_error("cannot fork");
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int file = ::open(log_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (::getppid() != parent || file < 0)
            ::_exit(126);
        ::dup2(file, STDOUT_FILENO);
        ::dup2(file, STDERR_FILENO);
        ::execv(arguments[0], arguments.data());
        ::_exit(127);
    }
}

Process::~Process() {
    if (running()) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
}

Process::Process(Process&& other) noexcept :
    pid_(std::exchange(other.pid_, -1)), ended_(other.ended_), log_(std::move(other.log_)) {}

Process& Process::operator=(Process&& other) noexcept {
    std::swap(pid_, other.pid_);
    std::swap(ended_, other.ended_);
    std::swap(log_, other.log_);
    return *this;
}

void Process::signal(int number) {
    if (running())
        ::kill(pid_, number);
}

std::optional<int> Process::poll() {
    int status = 0;
    if (!ended_ && pid_ > 0 && ::waitpid(pid_, &status, WNOHANG) == pid_)
        ended_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    return ended_;
}

bool Process::running() {
    return pid_ > 0 && !poll();
}

int Process::wait(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!poll()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("still running: " + log());
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return *ended_;
}

std::string Process::log() const {
    return locum::platform::exists(log_) ? locum::platform::read_file(log_) : std::string();
}

} // namespace endpoint::testing
